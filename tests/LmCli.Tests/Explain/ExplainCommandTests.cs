using System.Text.Json;

namespace LmCli.Tests.Explain;

public sealed class ExplainCommandTests
{
    private static readonly string Tiny = Path.Combine(Repository.Root, "models", "tiny");

    [Fact]
    public async Task A_table_has_a_row_for_each_token_and_a_column_for_each_method()
    {
        var (code, output, error) = await LmProcess.RunAsync(
            "explain", Tiny, "ROMEO", "--target", ":", "--against", " ", "--method", "erasure", "--method", "reach");
        var lines = output.TrimEnd('\n').Split('\n');

        Assert.Equal((0, ""), (code, error));
        Assert.Matches(@"^The log probability of "":"", less that of "" "", is -?\d+\.\d{4}\.$", lines[0]);
        Assert.StartsWith("erasure: How much less probable", lines[1], StringComparison.Ordinal);
        Assert.Matches("^token +erasure +reach$", lines[4]);
        Assert.Equal(["\"R\"", "\"O\"", "\"M\"", "\"E\"", "\"O\""], lines[5..].Select(line => line.Split(' ')[0]));
    }

    [Fact]
    public async Task Json_has_everything_and_the_most_probable_token_is_explained_by_default()
    {
        var (code, output, _) = await LmProcess.RunAsync("explain", Tiny, "ROMEO:", "--json");
        var answer = JsonDocument.Parse(output).RootElement;

        Assert.Equal(0, code);
        Assert.Equal("\n", answer.GetProperty("target").GetString());
        Assert.Equal(5, answer.GetProperty("attributions").GetArrayLength());
        Assert.Equal(6, answer.GetProperty("attributions")[0].GetProperty("values").GetArrayLength());
    }
}
