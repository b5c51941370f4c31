using LmModel.Corpora;
using LmModel.Training.Batches;
using LmModel.Training.Settings;

namespace LmModel.Tests.Training.Batches;

public sealed class ContiguousBatchesTests
{
    [Fact]
    public void Columns_are_contiguous_pieces_and_targets_are_the_next_tokens()
    {
        var batches = Batches(Enumerable.Range(0, 25), batchSize: 3, windowLength: 2);

        var (inputs, targets) = batches.Window(position: 3, length: 2);

        Assert.Equal([3, 11, 19, 4, 12, 20], inputs);
        Assert.Equal(inputs.Select(i => i + 1), targets);
    }

    [Theory]
    [InlineData(1, 1, 2)]
    [InlineData(3, 4, 22)]
    [InlineData(4, 16, 1000)]
    public void Every_window_of_every_epoch_lies_in_the_text(int b, int t, int length)
    {
        var batches = Batches(Enumerable.Range(0, length), b, t);

        Assert.InRange((b - 1) * batches.ColumnLength + batches.ColumnLength, 1, length - 1);
        Assert.Equal(length - 1, Batches(Enumerable.Range(0, length), 1, t).Window(length - 1 - t, t).Targets[^1]);
        Assert.True(t - 1 + (batches.WindowsPerEpoch * t) <= batches.ColumnLength);
    }

    [Fact]
    public void A_text_that_is_too_short_is_refused_with_the_required_length()
    {
        var least = ContiguousBatches.LeastTokens(4, 16);

        var message = Assert.Throws<ArgumentException>(() => Batches(new int[least - 1], 4, 16)).Message;

        Assert.Contains($"at least {least} are needed", message);
        Assert.Equal(1, Batches(new int[least], 4, 16).WindowsPerEpoch);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(50)]
    [InlineData(1000)]
    [InlineData(1000000)]
    public void Settings_fitted_to_a_text_are_valid_for_it(int tokens)
    {
        var settings = ContiguousBatches.Fit(new TrainingSettings(), tokens);

        Assert.True(Batches(new int[tokens], settings.BatchSize, settings.WindowLength).WindowsPerEpoch >= 1);
        Assert.True(tokens < 100_000 || settings == new TrainingSettings());
    }

    private static ContiguousBatches Batches(IEnumerable<int> ids, int batchSize, int windowLength) =>
        new(new TokenArray([.. ids]), batchSize, windowLength, windowLength);
}
