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
}
