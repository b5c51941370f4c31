using LmModel.Checkpoints;

namespace LmCli.Tests.Generate;

public sealed class GenerateCommandTests
{
    private static readonly string Tiny = Path.Combine(Repository.Root, "models", "tiny");

    [Fact]
    public async Task With_zero_max_tokens_the_prompt_is_only_read()
    {
        var (code, output, error) = await LmProcess.RunAsync("generate", Tiny, "ROMEO:", "--max-tokens", "0", "--echo");

        Assert.Equal((0, "ROMEO:\n"), (code, output));
        Assert.Matches(@"^\[length; 6 \+ 0 tokens; read in \d+ ms; seed \d+\]", error);
    }

    [Fact]
    public async Task The_matched_stop_sequence_is_reported()
    {
        var (code, output, error) = await LmProcess.RunAsync(
            "generate", Tiny, "ROMEO:", "--temperature", "0", "--stop", "never", "--stop", "\n");

        Assert.Equal((0, "\n"), (code, output));
        Assert.StartsWith("[stop at \"\\n\"; 6 + 1 tokens;", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_not_given_is_what_the_model_folder_says()
    {
        using var folder = new TemporaryFolder();
        foreach (var file in new[] { "config.json", "tokenizer.json", "model.safetensors" })
        {
            File.Copy(Path.Combine(Tiny, file), folder[file]);
        }

        ModelFolder.Open(folder.Path).SaveDefaults(
            new() { Sampling = new() { Temperature = 0 }, MaxTokens = 3, Stop = ["h"] });

        var (code, output, error) = await LmProcess.RunAsync("generate", folder.Path, "ROMEO:");
        var (_, longer, _) = await LmProcess.RunAsync("generate", folder.Path, "ROMEO:", "-n", "4", "--stop", "never");

        Assert.Equal((0, "\nT\n"), (code, output));
        Assert.StartsWith("[stop at \"h\"; 6 + 3 tokens;", error, StringComparison.Ordinal);
        Assert.StartsWith("\nTh", longer, StringComparison.Ordinal);
    }
}
