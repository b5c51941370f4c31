using LmCli.Terminal;
using LmModel.Training.Planning;

namespace LmCli.Tests.Train;

public sealed class MemoryCheckTests
{
    [Fact]
    public void Insufficient_memory_is_reported_with_the_needed_and_the_available_amount()
    {
        var need = new MemoryNeed(Weights: 3L << 30, Windows: 50L << 20);
        var message = Assert.Throws<InsufficientMemoryException>(
            () => MemoryCheck.Require(need, "This training", "Take fewer.", available: 192L << 20)).Message;

        Assert.Equal(
            "This training needs at least 3.1 GiB of memory, 3.0 GiB for the weights and 50 MiB for what is "
                + "computed from the text at once, but only 192 MiB are available. Take fewer.",
            message);
        Assert.Equal(message, Failure.Describe(new InsufficientMemoryException(message)));
        MemoryCheck.Require(need, "This training", "Take fewer.", available: 4L << 30);
    }

    [Fact]
    public async Task A_training_too_large_for_memory_is_refused_in_advance_and_leaves_no_files()
    {
        using var folder = new TemporaryFolder();
        var text = folder["ducks.txt"];
        File.WriteAllText(text, string.Concat(Enumerable.Repeat("Duck said to duck: quack, quack!\n", 100)));
        Dictionary<string, string> little = new() { ["DOTNET_GCHeapHardLimit"] = "10000000" };
        string[] train = ["train", text, "--out", folder["m"], "--steps", "2", "--layers", "1"];

        var (code, _, error) = await LmProcess.RunAsync(little, [.. train, "--hidden", "4000"]);
        Assert.Equal(1, code);
        Assert.Matches(
            @"lm: This training needs at least [\d.]+ GiB of memory, .* only 256 MiB are available\. Fewer --hidden",
            error);
        Assert.False(Directory.Exists(folder["m"]));

        var small = await LmProcess.RunAsync(little, [.. train, "--hidden", "16"]);
        Assert.True(small.Code == 0, small.Error);
        var scored = await LmProcess.RunAsync(little, ["evaluate", folder["m"], text]);
        Assert.True(scored.Code == 0, scored.Error);
    }

    [Fact]
    public async Task A_model_too_large_for_memory_is_not_scored()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["text.txt"], "Duck said to duck: quack, quack!\n");
        var saved = await LmProcess.RunAsync("bench", "--hidden", "1200", "--layers", "1", "--save", folder["m"]);
        Assert.True(saved.Code == 0, saved.Error);

        var (code, _, error) = await LmProcess.RunAsync(
            new() { ["DOTNET_GCHeapHardLimit"] = "6000000" }, ["evaluate", folder["m"], folder["text.txt"]]);

        Assert.Equal(1, code);
        Assert.Matches(
            "^lm: Scoring with .* needs at least [0-9]+ MiB of memory, .* but only 96 MiB are available", error);
    }
}
