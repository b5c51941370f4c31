using System.Text;
using CsCheck;
using LmApi.Tests.Support;
using Serilog.Events;

namespace LmApi.Tests.Properties;

/// <summary>Whatever bytes come, and however it ends, a connection breaks nothing: the next one is served.</summary>
public sealed class RawConnectionProperties
{
    /// <summary>Whole requests, bodies in chunks of right and wrong sizes, trailers, and odd heads.</summary>
    private static readonly Gen<string> Requests = Gen.OneOf<string>(
        RandomRequests.Bodies.Select(body => RawClient.Post("/generate", Encoding.Latin1.GetString(body))),
        Gen.Select(
            Gen.OneOf("GET", "HEAD", "POST", "get", "G\tT", ""),
            Gen.OneOf("/health/live", "/%00", "*", "http://x/model", "x", "/a b"),
            (method, target) => RawClient.Head(method, target)),
        Gen.Select(
            Gen.OneOf("5", "05", "5;a=b", "80000000", "ffffffffffffffff", "-1", "x", "", "5 "),
            Gen.OneOf("", "A: b\r\n", "\0\x01: \r\n", ":\r\n"),
            (size, trailer) =>
                RawClient.Head("POST", "/generate", "Content-Type: application/json", "Transfer-Encoding: chunked")
                + $"{size}\r\n{{\"a\":\r\n9\r\n1, \"b\":2}}\r\n0\r\n{trailer}\r\n"),
        Gen.OneOf(
            RawClient.Head("POST", "/generate", "Content-Length: 5", "Content-Length: 6"),
            RawClient.Head("POST", "/generate", "Content-Length: 99999999999999999999"),
            RawClient.Head("POST", "/generate", "Content-Length: 5", "Transfer-Encoding: chunked"),
            RawClient.Head("GET", "/model", "Host: again"),
            RawClient.Head("GET", "/model", "A:" + new string('a', 40_000)),
            RawClient.Head("GET", "/" + new string('a', 9_000)),
            RawClient.Head(
                "GET", "/swagger", "Upgrade: h2c", "Connection: Upgrade, HTTP2-Settings", "HTTP2-Settings: AAAA"),
            "\u0016\u0003\u0001", "GET /model HTTP/1.0\r\n\r\n", "GET /model\r\n", "\r\n\r\n"));

    private static readonly Gen<Connection> Connections = Gen.Select(
        Requests.Array[1, 3].Select(string.Concat).SelectMany(text => Gen.OneOf<byte[]>(
            Gen.Const(Encoding.Latin1.GetBytes(text)), RandomInputs.Edits(Encoding.Latin1.GetBytes(text)))),
        Gen.Bool,
        (bytes, resets) => new Connection(bytes, resets));

    [Fact]
    public async Task Arbitrary_bytes_are_answered_or_end_the_connection_without_other_effects()
    {
        await using var service = await LmServiceFixture.StartOnPortAsync();
        using var behaved = service.CreateClient();
        service.Logs.Clear();

        await Property.HoldsAsync(Connections, 500, async connection =>
        {
            using var client = await RawClient.ConnectAsync(service);
            await client.TrySendAsync(connection.Bytes);
            if (connection.Resets)
            {
                client.Reset();
            }
            else if (client.TryFinishSending())
            {
                var answers = await client.ReadToEndAsync();
                // 505 is what another version of HTTP gets.
                Assert.DoesNotMatch("HTTP/1.1 50[0-4]", answers);
                Assert.True(answers.Length == 0 || answers.StartsWith("HTTP/1.1 ", StringComparison.Ordinal), answers);
            }

            Assert.DoesNotContain(service.Logs.Events, e => e.Level >= LogEventLevel.Error);
            service.Logs.Clear();
            using var next = await behaved.PostAsync("/generate", new { prompt = "a", max_tokens = 1 });
            Assert.Single((await next.StreamedAsync()).Tokens);
        });

        Assert.Equal(0, service.Host.Model.Engine.Waiting);
    }

    private sealed record Connection(byte[] Bytes, bool Resets)
    {
        public override string ToString() =>
            (Resets ? "reset after " : "closed after ")
            + System.Text.Json.JsonSerializer.Serialize(Encoding.Latin1.GetString(Bytes));
    }
}
