using LmModel.Inference.Engines;
using LmModel.Networks;
using LmModel.Training.Planning;
using LmModel.Training.Settings;

namespace LmModel.Tests.Training.Planning;

public sealed class MemoryNeedTests
{
    private static readonly TrainingSettings Settings = new()
    {
        Steps = 10,
        BatchSize = 64,
        WindowLength = 128,
        SampledTokens = 0,
        JitterWindows = false,
        Arithmetic = TrainingArithmetic.Fp32,
    };

    private static ModelConfig Network(int hidden, int vocabulary = 65, Cell cell = Cell.Lstm, int layers = 1) => new()
    {
        Cell = cell,
        VocabularySize = vocabulary,
        EmbeddingSize = 16,
        HiddenSize = hidden,
        Layers = layers,
    };

    [Fact]
    public void Training_takes_48_bytes_per_parameter_and_scoring_8()
    {
        var config = Network(4000);

        Assert.Equal(48 * config.ParameterCount, MemoryNeed.OfTraining(config, Settings).Weights);
        Assert.Equal(
            46 * config.ParameterCount,
            MemoryNeed.OfTraining(config, Settings with { Arithmetic = TrainingArithmetic.Bf16 }).Weights);
        Assert.Equal(8 * config.ParameterCount, MemoryNeed.OfScoring(config, InferenceEngine.Managed).Weights);
    }

    [Fact]
    public void The_memory_of_a_window_grows_with_its_tokens_layers_and_vocabulary()
    {
        var one = MemoryNeed.OfTraining(Network(256), Settings).Windows;

        // (T · B) (4 gates, h, its gradient and its dropout, c; embedding and its gradient; logits) floats.
        Assert.Equal(128L * 64 * ((256 * 8) + (2 * 16) + 65) * 4, one);
        Assert.Equal(2 * one, MemoryNeed.OfTraining(Network(256), Settings with { BatchSize = 128 }).Windows);
        Assert.Equal(2 * one, MemoryNeed.OfTraining(Network(256), Settings with { WindowLength = 256 }).Windows);
        Assert.Equal(one + (128L * 64 * 256 * 8 * 4), MemoryNeed.OfTraining(Network(256, layers: 2), Settings).Windows);
        Assert.Equal(
            one + (128L * 64 * 1000 * 4),
            MemoryNeed.OfTraining(Network(256, vocabulary: 1065), Settings).Windows);
        Assert.Equal(
            one + (128L * 64 * 35 * 4),
            MemoryNeed.OfTraining(Network(256, vocabulary: 1065), Settings with { SampledTokens = 100 }).Windows);
    }
}
