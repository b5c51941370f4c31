using System.Net;
using System.Net.Sockets;
using System.Text;

namespace LmCli.Tests.Bench;

public sealed class BenchCommandTests
{
    private static readonly string[] Tiny =
    [
        "bench",
        "--hidden",
        "16",
        "--layers",
        "1",
        "--vocabulary",
        "40",
        "--rounds",
        "2",
    ];

    [Fact]
    public async Task Every_figure_is_printed()
    {
        var (code, output, error) = await LmProcess.RunAsync([
            .. Tiny,
            "--streams",
            "3,1",
            "--tokens",
            "5",
            "--threads",
            "2",
        ]);

        Assert.True(code == 0, error);
        foreach (var expected in new[]
        {
                "\n| 1 | ",
                "\n| 3 | ",
                "| bf16 |",
                "| int8 |",
                "| LmService, step alone | 128 |",
                "| TorchSharp nn.LSTM | 1 |",
                "| TorchSharp LSTMCell loop | 1 |",
                "| between tokens p99, ms | ",
                "An idle state of 128 bytes keeps ",
            }
        )
        {
            Assert.Contains(expected, output);
        }

        Assert.DoesNotContain("NaN", output);
    }

    [Fact]
    public async Task Peers_can_be_left_out()
    {
        var (code, output, error) = await LmProcess.RunAsync([
            .. Tiny,
            "--cell",
            "gru",
            "--seconds",
            "0.05",
            "--no-peers",
        ]);

        Assert.True(code == 0, error);
        Assert.DoesNotContain("TorchSharp", output);
    }

    [Theory]
    [InlineData("--streams|1,x", "not 'x'")]
    [InlineData("--tokens|0", "--tokens must be at least 1.")]
    [InlineData("--tokens|5|--seconds|1", "--tokens has no effect with --seconds.")]
    [InlineData("--clients|5", "--clients has no effect without --url.")]
    [InlineData("--typists|5", "--typists has no effect without --url.")]
    [InlineData("--url|http://localhost:1|--keystrokes|5", "--keystrokes has no effect without --typists.")]
    [InlineData("--url|http://localhost:1|--typists|2|--clients|3", "--clients has no effect with --typists.")]
    [InlineData("--url|http://127.0.0.1:1|--typists|2", "lm: http://127.0.0.1:1/ cannot be reached")]
    [InlineData("--url|http://localhost:1|--threads|2", "--threads has no effect with --url.")]
    [InlineData("folder|--hidden|2", "--hidden has no effect with a model folder.")]
    [InlineData("--url|localhost:1", "--url must begin with http://")]
    [InlineData("--url|http://127.0.0.1:1", "lm: http://127.0.0.1:1/ cannot be reached")]
    public async Task What_cannot_be_measured_is_reported(string arguments, string expected)
    {
        var (code, _, error) = await LmProcess.RunAsync(["bench", .. arguments.Split('|')]);

        Assert.Equal(1, code);
        Assert.Contains(expected, error);
    }

    [Fact]
    public async Task A_load_test_counts_the_tokens_of_the_service()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var serving = ServeAsync(
            listener,
            connections: 3,
            answers: 3,
            StreamedAnswer.Chunked(StreamedAnswer.Of(tokens: 20)));

        var (code, output, error) = await LmProcess.RunAsync(
            "bench", "--url", $"http://{listener.LocalEndpoint}", "--clients", "3", "--tokens", "20", "--rounds", "2");

        Assert.True(code == 0, error);
        Assert.Contains("\n| 3 | ", output);
        Assert.Contains("(at most 16 tokens), 20 tokens each", output);
        Assert.All(await serving, request => Assert.EndsWith("\"stream\":true}", request));
        Assert.Equal(9, (await serving).Distinct().Count());
    }

    [Fact]
    public async Task A_refusal_ends_the_measurement_with_the_message_of_the_service()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var serving = ServeAsync(
            listener,
            connections: 1,
            answers: 1,
            StreamedAnswer.Bytes("HTTP/1.1 429 Too Many Requests\r\n\r\nno place"));

        var (code, _, error) = await LmProcess.RunAsync(
            "bench",
            "--url",
            $"http://{listener.LocalEndpoint}",
            "--clients",
            "1");

        await serving;
        Assert.Equal((1, "lm: The service answered HTTP/1.1 429 Too Many Requests: no place"), (code, error.TrimEnd()));
    }

    /// <summary>Answers every request of each connection alike.</summary>
    /// <returns>The requests.</returns>
    private static async Task<string[]> ServeAsync(TcpListener listener, int connections, int answers, byte[] answer)
    {
        async Task<List<string>> AnswerAsync(Socket socket)
        {
            using var connection = socket;
            var (requests, buffer) = (new List<string>(), new byte[4096]);
            for (var i = 0; i < answers; i++)
            {
                // A request this small comes in one piece.
                requests.Add(Encoding.ASCII.GetString(buffer, 0, await socket.ReceiveAsync(buffer)));
                await socket.SendAsync(answer);
            }

            return requests;
        }

        var serving = new List<Task<List<string>>>();
        for (var i = 0; i < connections; i++)
        {
            serving.Add(AnswerAsync(await listener.AcceptSocketAsync()));
        }

        return [.. (await Task.WhenAll(serving)).SelectMany(r => r)];
    }
}
