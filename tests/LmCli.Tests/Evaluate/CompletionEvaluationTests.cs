namespace LmCli.Tests.Evaluate;

public sealed class CompletionEvaluationTests
{
    private static readonly string Tiny = Path.Combine(Repository.Root, "models", "tiny");

    [Fact]
    public async Task A_table_compares_the_model_with_the_best_n_gram()
    {
        using var folder = new TemporaryFolder();
        var text = Path.Combine(folder.Path, "text.txt");
        await File.WriteAllTextAsync(
            text, string.Concat(Enumerable.Repeat("ROMEO:\nTo be, or not to be, that is the question.\n\n", 60)));
        var (code, output, error) = await LmProcess.RunAsync(
            "evaluate", Tiny, text, "--split", "validation", "--validation", "0.5", "--completion", "--words", "50");
        var lines = output.TrimEnd('\n').Split('\n');

        Assert.Equal((0, ""), (code, error));
        Assert.StartsWith("50 words in 1 passages", lines[0], StringComparison.Ordinal);
        Assert.Matches(@"^ +model +(Witten-Bell|Kneser-Ney) \d-gram +ratio$", lines[1]);
        Assert.Matches(@"^top-1 recall, 0 letters given +\d+\.\d % +\d+\.\d % +\d+\.\d\d$", lines[2]);
        Assert.Matches(@"^keystrokes saved, 3 choices +\d+\.\d % +\d+\.\d % +\d+\.\d\d$", lines[^1]);
    }

    [Fact]
    public async Task Words_without_completion_are_refused()
    {
        var (code, _, error) = await LmProcess.RunAsync("evaluate", Tiny, "text.txt", "--words", "50");

        Assert.Equal(1, code);
        Assert.Contains("--words has no effect without --completion.", error, StringComparison.Ordinal);
    }
}
