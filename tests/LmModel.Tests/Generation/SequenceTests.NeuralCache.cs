namespace LmModel.Tests.Generation;

public sealed partial class SequenceTests
{
    [Theory]
    [InlineData(1, 3)]
    [InlineData(5, 2)]
    [InlineData(5, 11)]
    [InlineData(100, 8)]
    public void A_neural_cache_records_the_same_positions_for_any_slicing_of_the_prompt(int size, int slice)
    {
        var settings = Settings("some prompt", maxTokens: 40) with { NeuralCache = new(size, 0.5f, 0.5f) };

        var (one, _) = Run(FakeStepModel.Noisy(), settings);
        var (sliced, _) = Run(FakeStepModel.Noisy(), settings, slice);
        var (echoed, _) = Run(FakeStepModel.Noisy(), settings with { Echo = true }, slice);
        var (alone, _) = Run(FakeStepModel.Noisy(), settings with { NeuralCache = null });

        Assert.Equal(one.Select(t => (t.Id, t.Logprob)), sliced.Select(t => (t.Id, t.Logprob)));
        Assert.Equal(
            one.Select(t => (t.Id, t.Logprob)),
            echoed.Skip("some prompt".Length).Select(t => (t.Id, t.Logprob)));
        Assert.NotEqual(one.Select(t => t.Id), alone.Select(t => t.Id));
    }

    [Fact]
    public void Only_prompt_tokens_kept_by_the_neural_cache_are_read_one_by_one()
    {
        var model = FakeStepModel.Noisy();

        Run(model, Settings("0123456789", maxTokens: 1) with { NeuralCache = new(3, 0.5f, 0.5f) }, slice: 4);

        // Tokens 6, 7 and 8 are remembered with what follows them; 9 is where the text begins.
        Assert.Equal(5, model.Batches.Length);
        Assert.Equal([0, 0, 0, 0, 1], model.Rows);
    }

    [Fact]
    public void Log_probabilities_with_a_neural_cache_are_those_of_the_mixture()
    {
        // The model gives every token 1/256 and its state is always the same, so the cache counts.
        var model = new FakeStepModel((_, _, _) => { });

        var (tokens, _) = Run(
            model,
            Settings("abb", maxTokens: 1) with
            {
                Echo = true,
                NeuralCache = new(2, 1, 0.25f),
            }
        );

        Assert.Equal(
            [-MathF.Log(256), MathF.Log(0.25f + (0.75f / 256))],
            tokens.Skip(1).Take(2).Select(t => t.Logprob!.Value),
            Close);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_neural_cache_with_zero_weight_changes_nothing(bool echo)
    {
        var settings = Settings("some prompt", maxTokens: 30) with { Echo = echo };

        var (alone, _) = Run(FakeStepModel.Noisy(), settings, slice: 4);
        var (cached, _) = Run(FakeStepModel.Noisy(), settings with { NeuralCache = new(10, 1, 0) }, slice: 4);

        Assert.Equal(alone.Select(t => (t.Id, t.Logprob)), cached.Select(t => (t.Id, t.Logprob)));
    }
}
