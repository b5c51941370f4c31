using System.Net;
using System.Text;
using System.Text.Json;

namespace LmCli.Tests.Score;

public sealed class ScoreCommandTests : IDisposable
{
    private const string Normal = "ROMEO:\nJULIET:\nWhat is it?\nI am here.\n";
    private static readonly string Tiny = Path.Combine(Repository.Root, "models", "tiny");

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_text_has_the_figures_of_lm_evaluate()
    {
        var text = await FileAsync("text.txt", Normal);
        var score = await LmProcess.RunAsync("score", Tiny, text, "--precision", "int8");
        var evaluated = await LmProcess.RunAsync(
            "evaluate", Tiny, text, "--protocol", "contiguous", "--precision", "int8");

        Assert.Equal((0, 0), (score.Code, evaluated.Code));
        var figures = score.Out[..score.Out.IndexOf('(', StringComparison.Ordinal)];
        Assert.Contains(figures, evaluated.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lines_are_scored_each_by_itself_from_a_file_or_standard_input()
    {
        var text = await FileAsync("text.txt", Normal + Normal);
        var (code, output, error) = await LmProcess.RunAsync("score", Tiny, text, "--lines");
        var lines = output.TrimEnd('\n').Split('\n');

        Assert.Equal((0, ""), (code, error));
        Assert.Equal(8, lines.Length);
        Assert.Equal(lines[..4], lines[4..]);
        Assert.Matches(@"^ +\d\.\d{3}  ROMEO:$", lines[0]);

        var piped = await LmProcess.RunAsync([], ["score", Tiny, "-", "--lines"], Encoding.UTF8.GetBytes(Normal));
        Assert.Equal(lines[..4], piped.Out.TrimEnd('\n').Split('\n'));
    }

    [Fact]
    public async Task A_threshold_from_normal_lines_finds_the_others_and_sets_the_exit_code()
    {
        var normal = await FileAsync("normal.txt", Normal);
        var watched = await FileAsync("watched.txt", Normal + "zzQxj##%\nxqz é\n");
        var (code, output, error) = await LmProcess.RunAsync(
            "score", Tiny, watched, "--normal", normal, "--false-alarms", "0", "--json");
        var found = output.TrimEnd('\n').Split('\n').Select(line => JsonDocument.Parse(line).RootElement).ToList();

        Assert.Equal(2, code);
        Assert.Matches(@"^Lines above \d\.\d{3} bits \(mean\) are unusual\.\n2 of 6 lines are unusual\.\n$", error);
        Assert.Equal(["zzQxj##%", "xqz é"], found.Select(line => line.GetProperty("text").GetString()));
        Assert.True(found[1].GetProperty("unknown_characters").GetBoolean());
        Assert.All(found, line => Assert.True(line.GetProperty("unusual").GetBoolean()));

        var all = await LmProcess.RunAsync("score", Tiny, normal, "--normal", normal, "--false-alarms", "0", "--all");
        Assert.Equal((0, 4), (all.Code, all.Out.Count(c => c == '\n')));
    }

    [Fact]
    public async Task Unusual_lines_are_posted_and_a_webhook_that_fails_does_not_end_the_watch()
    {
        using var listener = new HttpListener();
        var url = $"http://127.0.0.1:{FreePort()}/";
        listener.Prefixes.Add(url);
        listener.Start();
        var watched = await FileAsync("watched.txt", "first line\nsecond line\n");
        var running = LmProcess.RunAsync(
            "score", Tiny, watched, "--threshold", "0", "--webhook", url + "hook");
        var bodies = new List<string?>();
        foreach (var status in (int[])[500, 204])
        {
            var call = await listener.GetContextAsync().WaitAsync(TimeSpan.FromMinutes(2));
            using var reader = new StreamReader(call.Request.InputStream);
            var body = JsonDocument.Parse(await reader.ReadToEndAsync()).RootElement;
            bodies.Add(body.GetProperty("text").GetString());
            call.Response.StatusCode = status;
            call.Response.Close();
        }

        var (code, _, error) = await running;
        Assert.Equal(2, code);
        Assert.Equal(["first line", "second line"], bodies);
        Assert.Contains("warning: " + url + "hook did not take a line", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--false-alarms|1", "--false-alarms must be at least 0 and below 1, not 1.")]
    [InlineData("--webhook|ftp://x", "--webhook must begin with http:// or https://, not 'ftp://x'.")]
    public async Task Wrong_options_are_refused(string options, string expected)
    {
        var (code, _, error) = await LmProcess.RunAsync(["score", Tiny, "x", .. options.Split('|')]);

        Assert.Equal(1, code);
        Assert.Contains(expected, error, StringComparison.Ordinal);
    }

    private static int FreePort()
    {
        using var socket = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        socket.Start();
        return ((IPEndPoint)socket.LocalEndpoint).Port;
    }

    private async Task<string> FileAsync(string name, string text)
    {
        await File.WriteAllTextAsync(_folder[name], text);
        return _folder[name];
    }
}
