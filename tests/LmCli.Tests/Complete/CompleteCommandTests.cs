using System.Text.Json;

namespace LmCli.Tests.Complete;

public sealed class CompleteCommandTests
{
    private static readonly string Tiny = Path.Combine(Repository.Root, "models", "tiny");

    [Fact]
    public async Task Completions_are_printed_best_first_with_their_probability()
    {
        var (code, output, error) = await LmProcess.RunAsync("complete", Tiny, "To be, or not t", "--count", "2");

        Assert.Equal((0, ""), (code, error));
        Assert.Matches(@"^ +\d+\.\d\d %  the\n +\d+\.\d\d %  to\n$", output);
    }

    [Fact]
    public async Task Json_has_what_to_insert()
    {
        var (code, output, _) = await LmProcess.RunAsync(
            "complete", Tiny, "To be, or not to b", "--json", "--count", "1");
        var best = JsonDocument.Parse(output).RootElement[0];

        Assert.Equal(0, code);
        Assert.Equal("e", best.GetProperty("insert").GetString());
        Assert.Equal("be", best.GetProperty("text").GetString());
    }

    [Theory]
    [InlineData("--count", "11")]
    [InlineData("--words", "0")]
    [InlineData("--until", "page")]
    public async Task Values_out_of_range_are_refused(string option, string value)
    {
        var (code, _, error) = await LmProcess.RunAsync("complete", Tiny, "a", option, value);

        Assert.Equal(1, code);
        Assert.Contains(value, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Words_of_lines_are_refused()
    {
        var (code, _, error) = await LmProcess.RunAsync("complete", Tiny, "a", "--until", "line", "--words", "2");

        Assert.Equal(1, code);
        Assert.Contains("--words has no effect with --until line.", error, StringComparison.Ordinal);
    }
}
