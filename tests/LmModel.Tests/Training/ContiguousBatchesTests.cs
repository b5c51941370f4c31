using LmModel.Training;

namespace LmModel.Tests.Training;

public sealed class ContiguousBatchesTests
{
    [Fact]
    public void Columns_are_contiguous_pieces_and_targets_are_the_next_tokens()
    {
        var batches = new ContiguousBatches(new TokenArray([.. Enumerable.Range(0, 25)]), batchSize: 3, windowLength: 2);

        var (inputs, targets) = batches.Window(1, offset: 1);

        Assert.Equal([3, 4, 11, 12, 19, 20], inputs);
        Assert.Equal(inputs.Select(i => i + 1), targets);
    }

    [Theory]
    [InlineData(1, 1, 2)]
    [InlineData(3, 4, 22)]
    [InlineData(4, 16, 1000)]
    public void Every_window_at_every_offset_lies_in_the_text_and_each_begins_where_the_last_one_ended(int b, int t, int length)
    {
        var batches = new ContiguousBatches(new TokenArray([.. Enumerable.Range(0, length)]), b, t);

        for (var offset = 0; offset < t; offset++)
        {
            long[]? before = null;
            for (var window = 0; window < batches.WindowsPerEpoch; window++)
            {
                var (inputs, targets) = batches.Window(window, offset);
                Assert.InRange(targets.Max(), 1, length - 1);
                if (before is not null)
                {
                    Assert.Equal(before.Select(i => i + t), inputs);
                }

                before = inputs;
            }
        }
    }

    [Fact]
    public void A_text_too_short_says_how_long_it_must_be()
    {
        var least = ContiguousBatches.LeastTokens(4, 16);

        var message = Assert.Throws<ArgumentException>(() => new ContiguousBatches(new TokenArray(new int[least - 1]), 4, 16)).Message;

        Assert.Contains($"at least {least} are needed", message);
        Assert.Equal(1, new ContiguousBatches(new TokenArray(new int[least]), 4, 16).WindowsPerEpoch);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(50)]
    [InlineData(1000)]
    [InlineData(1000000)]
    public void Settings_fitted_to_a_text_can_train_on_it(int tokens)
    {
        var settings = new TrainingSettings().FitTo(tokens);

        Assert.True(new ContiguousBatches(new TokenArray(new int[tokens]), settings.BatchSize, settings.WindowLength).WindowsPerEpoch >= 1);
        Assert.True(tokens < 100_000 || settings == new TrainingSettings());
    }
}
