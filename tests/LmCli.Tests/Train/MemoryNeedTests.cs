using LmCli.Terminal;
using LmCli.Train;
using LmModel.Inference.Engines;
using LmModel.Networks;
using LmModel.Training.Planning;
using LmModel.Training.Settings;

namespace LmCli.Tests.Train;

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
    public void Every_parameter_is_kept_twelve_times()
    {
        var config = Network(4000);

        Assert.Equal(48 * config.ParameterCount, MemoryNeed.OfTraining(config, Settings).Weights);
        Assert.Equal(46 * config.ParameterCount, MemoryNeed.OfTraining(config, Settings with { Arithmetic = TrainingArithmetic.Bf16 }).Weights);
        Assert.Equal(8 * config.ParameterCount, MemoryNeed.OfScoring(config, InferenceEngine.Managed).Weights);
    }

    [Fact]
    public void A_window_grows_with_its_tokens_layers_and_vocabulary()
    {
        var one = MemoryNeed.OfTraining(Network(256), Settings).Windows;

        // (T · B) (4 gates, h, its gradient and its dropout, c; embedding and its gradient; logits) floats.
        Assert.Equal(128L * 64 * ((256 * 8) + (2 * 16) + 65) * 4, one);
        Assert.Equal(2 * one, MemoryNeed.OfTraining(Network(256), Settings with { BatchSize = 128 }).Windows);
        Assert.Equal(2 * one, MemoryNeed.OfTraining(Network(256), Settings with { WindowLength = 256 }).Windows);
        Assert.Equal(one + (128L * 64 * 256 * 8 * 4), MemoryNeed.OfTraining(Network(256, layers: 2), Settings).Windows);
        Assert.Equal(one + (128L * 64 * 1000 * 4), MemoryNeed.OfTraining(Network(256, vocabulary: 1065), Settings).Windows);
        Assert.Equal(one + (128L * 64 * 35 * 4), MemoryNeed.OfTraining(Network(256, vocabulary: 1065), Settings with { SampledTokens = 100 }).Windows);
    }

    [Fact]
    public void What_does_not_fit_is_refused_with_what_it_needs_and_what_there_is()
    {
        var need = new MemoryNeed(Weights: 3L << 30, Windows: 50L << 20);
        var message = Assert.Throws<InsufficientMemoryException>(
            () => MemoryCheck.Require(need, "This training", "Take fewer.", available: 192L << 20)).Message;

        Assert.Equal(
            "This training needs at least 3.1 GiB of memory, 3.0 GiB of it for the weights and 50 MiB for what is computed from the "
            + "text at once, and there are 192 MiB. Take fewer.",
            message);
        Assert.Equal(message, Failure.Describe(new InsufficientMemoryException(message)));
        MemoryCheck.Require(need, "This training", "Take fewer.", available: 4L << 30);
    }

    [Fact]
    public async Task A_training_too_large_for_the_memory_is_refused_before_it_begins_and_leaves_nothing()
    {
        using var folder = new TemporaryFolder();
        var text = folder["ducks.txt"];
        File.WriteAllText(text, string.Concat(Enumerable.Repeat("Duck said to duck: quack, quack!\n", 100)));
        Dictionary<string, string> little = new() { ["DOTNET_GCHeapHardLimit"] = "10000000" };
        string[] train = ["train", text, "--out", folder["m"], "--steps", "2", "--layers", "1"];

        var (code, _, error) = await LmProcess.RunAsync(little, [.. train, "--hidden", "4000"]);
        Assert.Equal(1, code);
        Assert.Matches(@"lm: This training needs at least [\d.]+ GiB of memory, .* there are 256 MiB\. Less is needed by fewer --hidden", error);
        Assert.False(Directory.Exists(folder["m"]));

        var small = await LmProcess.RunAsync(little, [.. train, "--hidden", "16"]);
        Assert.True(small.Code == 0, small.Error);
        var scored = await LmProcess.RunAsync(little, ["evaluate", folder["m"], text]);
        Assert.True(scored.Code == 0, scored.Error);
    }

    [Fact]
    public async Task A_model_too_large_for_the_memory_is_not_scored()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["text.txt"], "Duck said to duck: quack, quack!\n");
        var saved = await LmProcess.RunAsync("bench", "--hidden", "1200", "--layers", "1", "--save", folder["m"]);
        Assert.True(saved.Code == 0, saved.Error);

        var (code, _, error) = await LmProcess.RunAsync(
            new() { ["DOTNET_GCHeapHardLimit"] = "6000000" }, ["evaluate", folder["m"], folder["text.txt"]]);

        Assert.Equal(1, code);
        Assert.Matches("^lm: Scoring with .* needs at least [0-9]+ MiB of memory, .* and there are 96 MiB", error);
    }
}
