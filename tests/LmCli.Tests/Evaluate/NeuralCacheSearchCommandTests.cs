using System.Globalization;

namespace LmCli.Tests.Evaluate;

public sealed class NeuralCacheSearchCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_best_options_of_a_cache_search_can_be_used_directly()
    {
        var tiny = Path.Combine(Repository.Root, "models", "tiny");
        var text = _folder["ducks.txt"];
        File.WriteAllText(
            text,
            string.Concat(Enumerable.Repeat("Duck to duck: quack, and quack.\nAnd what of the goose?\n", 20)));
        string[] contiguous = ["evaluate", tiny, text, "--protocol", "contiguous"];

        var searched = await LmProcess.RunAsync([.. contiguous, "--neural-cache-search", "--neural-cache-size", "100"]);
        Assert.True(searched.Code == 0, searched.Error);
        var found = searched.Out.TrimEnd().Split('\n');
        var options = found[^1].Split(' ');
        Assert.Equal("--neural-cache-size 100 --neural-cache-theta", string.Join(' ', options[..3]));

        var cached = await LmProcess.RunAsync([.. contiguous, .. options]);
        Assert.True(cached.Code == 0, cached.Error);
        Assert.Equal(NatsPerToken(found[^2]), NatsPerToken(cached.Out), 2e-4);
        var spoken = await LmProcess.RunAsync(["generate", tiny, "Duck", "--max-tokens", "30", .. options]);
        Assert.Equal((0, 31), (spoken.Code, spoken.Out.Length));
    }

    private static double NatsPerToken(string line) =>
        double.Parse(line.Split(" nats/token")[0].Split(' ')[^1], CultureInfo.InvariantCulture);
}
