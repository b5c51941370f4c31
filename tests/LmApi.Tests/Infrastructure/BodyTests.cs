using System.Text;
using LmApi.Infrastructure.Bodies;
using LmApi.Tests.Support;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Serilog.Events;

namespace LmApi.Tests.Infrastructure;

/// <summary>How bodies are read from real connections.</summary>
public sealed class BodyTests
{
    private const string Short = """{"prompt":"a","max_tokens":1,"stream":false}""";

    /// <summary>The beginning of a request with a chunked body.</summary>
    private static readonly string Chunked =
        RawClient.Head("POST", "/generate", "Content-Type: application/json", "Transfer-Encoding: chunked");

    /// <summary>Malformed framing of all kinds that the server throws its own exceptions for.</summary>
    private static readonly string[] Malformed =
    [
        "80000000\r\nabc",
        "FFFFFFFF\r\nabc",
        "FFFFFFFFFFFFFFFF\r\nabc",
        "00000000000000000002\r\n{}",
        "-1\r\nabc",
        "xyz\r\nabc",
        "\r\n{}",
        " 2\r\n{}",
        "0x2\r\n{}",
        "2 \r\n{}\r\n0\r\n\r\n",
        "2;a\nb\r\n{}\r\n0\r\n\r\n",
        "3\r\nabcdef\r\n0\r\n\r\n",
        "2\r\n{}0\r\n\r\n",
        "2\r\n{}\r\n0\r\n\0bad\r\n\r\n",
        "2\r\n{}\r\n0\r\nno colon\r\n\r\n",
        "2\r\n{}\r\n0\r\n: x\r\n\r\n",
        "2\r\n{}\r\n0\r\nX: \u0001\u0002\0\r\n\r\n",
        "2\r\n{}\r\n0\r\nX: \0\r\n\r\n",
        "2\r\n{}\r\n0\r\né: x\r\n\r\n",
        "2\r\n{}\r\n0\r\nX : x\r\n\r\n",
        $"2\r\n{{}}\r\n0\r\nX: {new string('a', 40_000)}\r\n\r\n",
    ];

    [Fact]
    public async Task Malformed_framing_is_a_bad_request()
    {
        await using var service = await LmServiceFixture.StartOnPortAsync();
        foreach (var framing in Malformed)
        {
            using var client = await RawClient.ConnectAsync(service);
            await client.TrySendAsync(Chunked + framing);
            Assert.Equal((framing, "bad_request"), (framing, (await client.ReadAnswerAsync()).Code));
            await client.ReadToEndAsync();
        }

        Assert.DoesNotContain(service.Logs.Events, e => e.Level >= LogEventLevel.Error);
    }

    [Fact]
    public async Task Trailers_that_are_not_utf_8_are_a_bad_request()
    {
        await using var service = await LmServiceFixture.StartOnPortAsync();
        using var client = await RawClient.ConnectAsync(service);

        var head = Encoding.ASCII.GetBytes(Chunked + "2\r\n{}\r\n0\r\nX: ");
        await client.SendAsync((byte[])[.. head, 0xFF, 0xFE, 0x00, .. "\r\n\r\n"u8]);

        Assert.Equal("bad_request", (await client.ReadAnswerAsync()).Code);
        await client.ReadToEndAsync();
        Assert.DoesNotContain(service.Logs.Events, e => e.Level >= LogEventLevel.Error);
    }

    /// <summary>Bytes of a valid chunked request replaced at random, from a seed.</summary>
    [Fact]
    public async Task A_mutated_request_never_causes_a_server_error()
    {
        await using var service = await LmServiceFixture.StartOnPortAsync();
        var valid = Encoding.ASCII.GetBytes(Chunked + $"{Short.Length:x};a=b\r\n{Short}\r\n0\r\nX: y\r\n\r\n");
        var random = new Random(31);
        byte[] likely = [.. "\0\r\n:; \t0123456789abcdefF-{}\""u8, 0x7F, 0x80, 0xC3, 0xFF];
        for (var i = 0; i < 300; i++)
        {
            var mutated = valid.ToArray();
            for (var n = random.Next(1, 4); n > 0; n--)
            {
                mutated[random.Next(mutated.Length)] = likely[random.Next(likely.Length)];
            }

            using var client = await RawClient.ConnectAsync(service);
            await client.TrySendAsync(mutated);
            client.FinishSending();
            var answer = await client.ReadToEndAsync();
            // An unknown version of HTTP is the one that has a status above 499.
            Assert.False(
                answer.StartsWith("HTTP/1.1 5", StringComparison.Ordinal)
                    && !answer.StartsWith("HTTP/1.1 505", StringComparison.Ordinal),
                $"{Encoding.Latin1.GetString(mutated)}\n{answer}");
        }

        Assert.DoesNotContain(service.Logs.Events, e => e.Level >= LogEventLevel.Error);
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    [InlineData(false, true)]
    public async Task A_client_that_leaves_within_its_body_is_not_an_error(bool chunked, bool resets)
    {
        await using var service = await LmServiceFixture.StartOnPortAsync();
        using var client = await RawClient.ConnectAsync(service);
        await BeginBodyAsync(client, chunked ? "Transfer-Encoding: chunked" : "Content-Length: 100");
        await client.SendAsync(chunked ? "5\r\n{\"pr" : "{\"pr");

        (resets ? client.Reset : (Action)client.FinishSending)();

        var line = await service.Logs.WaitForAsync("POST /generate answered 499");
        Assert.Equal((LogEventLevel.Information, null), (line.Level, line.Exception));
        Assert.DoesNotContain(service.Logs.Events, e => e.Level > LogEventLevel.Information);
    }

    [Fact]
    public async Task A_client_that_leaves_before_its_refusal_is_written_is_not_an_error()
    {
        await using var service = await LmServiceFixture.StartOnPortAsync();
        for (var i = 0; i < 20; i++)
        {
            using var client = await RawClient.ConnectAsync(service);
            await client.SendAsync(RawClient.Post("/generate", "{"));
            client.Reset();
        }

        using var other = await RawClient.ConnectAsync(service);
        await other.SendAsync(RawClient.Post("/tokenize", new { text = "a" }));
        Assert.Equal(200, (await other.ReadAnswerAsync()).Status);
        Assert.DoesNotContain(service.Logs.Events, e => e.Level >= LogEventLevel.Error);
    }

    [Theory]
    [InlineData("Content-Length: 100", "{\"pr")]
    [InlineData("Transfer-Encoding: chunked", "4\r\n{\"pr\r\n")]
    public async Task A_body_that_does_not_arrive_in_time_gets_a_timeout(string framing, string beginning)
    {
        await using var service = await LmServiceFixture.StartOnPortAsync();
        using var client = await RawClient.ConnectAsync(service);
        await BeginBodyAsync(client, framing);
        await client.SendAsync(beginning);
        service.Time.Advance(TimeSpan.FromSeconds(29));
        await client.SendAsync(" ");

        service.Time.Advance(TimeSpan.FromSeconds(1));

        var answer = await client.ReadAnswerAsync();
        Assert.Equal(
            (408, "request_timeout", "close"),
            (answer.Status, answer.Code, answer.Headers["Connection"].Single()));
        Assert.Equal("", await client.ReadToEndAsync());
        var line = await service.Logs.WaitForAsync("POST /generate answered 408");
        Assert.Equal((LogEventLevel.Information, null), (line.Level, line.Exception));
        Assert.Equal(0, Bodies(service).BytesHeld);
    }

    [Fact]
    public async Task A_body_below_the_minimum_data_rate_gets_a_timeout()
    {
        await using var service = await LmServiceFixture.StartOnPortAsync(configure: services =>
            services.Configure<KestrelServerOptions>(kestrel =>
                kestrel.Limits.MinRequestBodyDataRate = new(bytesPerSecond: 1e9, gracePeriod: TimeSpan.FromSeconds(1.1))
            ));
        using var client = await RawClient.ConnectAsync(service);
        await client.SendAsync(RawClient.PostHead("/generate", 100) + "{\"pr");

        Assert.Equal("request_timeout", (await client.ReadAnswerAsync()).Code);
        Assert.Null((await service.Logs.WaitForAsync("POST /generate answered 408")).Exception);
    }

    [Theory]
    [InlineData(100_000_000, true)]
    [InlineData(100_000_000, false)]
    [InlineData(1 << 30, false)]
    public async Task The_maximum_body_size_is_configurable(int most, bool chunked)
    {
        await using var service = await LmServiceFixture.StartOnPortAsync(
            new() { ["Generation:MaxBodyBytes"] = $"{most}" }
        );
        using var request = new HttpRequestMessage(HttpMethod.Post, "/generate")
        {
            Content = new StringContent(Short + new string(' ', 35_000_000), Encoding.UTF8, "application/json"),
        };
        request.Headers.TransferEncodingChunked = chunked;

        using var response = await service.CreateClient().SendAsync(request);

        await response.JsonAsync(200);
        Assert.Equal(0, Bodies(service).BytesHeld);
    }

    [Theory]
    [InlineData(0, 200)]
    [InlineData(1, 413)]
    public async Task The_largest_body_is_read_completely_with_any_framing(int over, int status)
    {
        const int Most = 20_000;
        await using var service = await LmServiceFixture.StartOnPortAsync(
            new() { ["Generation:MaxBodyBytes"] = $"{Most}" }
        );
        using var client = await RawClient.ConnectAsync(service);
        var body = Short.PadRight(Most + over);

        await client.SendAsync(RawClient.Post("/generate", body));
        Assert.Equal(status, (await client.ReadAnswerAsync()).Status);

        using var other = await RawClient.ConnectAsync(service);
        await other.SendAsync(Chunked + string.Concat(body.Select(c => $"1\r\n{c}\r\n")) + "0\r\n\r\n");
        Assert.Equal(status, (await other.ReadAnswerAsync()).Status);
    }

    [Fact]
    public async Task A_body_is_released_before_its_generation_begins()
    {
        await using var service = await LmServiceFixture.StartOnPortAsync();
        service.Model.Gate.Close();
        using var client = await RawClient.ConnectAsync(service);
        await client.SendAsync(RawClient.Post("/generate", Short));
        await service.Logs.WaitForAsync("Admitted");
        Assert.Equal(0, Bodies(service).BytesHeld);
    }

    [Fact]
    public async Task Incomplete_bodies_stay_within_their_budget_and_leave_room_for_short_ones()
    {
        const int Size = 1 << 19;
        await using var service = await LmServiceFixture.StartOnPortAsync(
            new() { ["Generation:BodiesMiB"] = "1", ["Generation:MaxBodyBytes"] = $"{Size}" });
        var holders = new List<RawClient>();
        for (var i = 0; i < 8; i++)
        {
            var client = await RawClient.ConnectAsync(service);
            holders.Add(client);
            await BeginBodyAsync(client, $"Content-Length: {Size}");
            await client.SendAsync(new byte[Size - 500]);
            while (i < 2 && Bodies(service).BytesHeld < (i + 1) * Size)
            {
                await Task.Yield();
            }
        }

        // Two have their memory, and the other six are refused.
        var refused = await Task.WhenAll(holders[2..].Select(client => client.ReadAnswerAsync()));
        Assert.All(refused, answer => Assert.Equal(
            (429, "overloaded", "2"), (answer.Status, answer.Code, answer.Headers["Retry-After"].Single())));
        Assert.InRange(Bodies(service).BytesHeld, Size, (1 << 20) + (8 * BodyBudget.Beginning));
        using (var client = await RawClient.ConnectAsync(service))
        {
            await client.SendAsync(RawClient.Post("/generate", Short));
            Assert.Equal(200, (await client.ReadAnswerAsync()).Status);
        }

        service.Time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(408, (await holders[0].ReadAnswerAsync()).Status);
        Assert.Equal(408, (await holders[1].ReadAnswerAsync()).Status);
        Assert.Equal(0, Bodies(service).BytesHeld);
        holders.ForEach(client => client.Dispose());
    }

    [Fact]
    public async Task An_announced_length_does_not_allocate_memory()
    {
        await using var service = await LmServiceFixture.StartOnPortAsync();
        using var client = await RawClient.ConnectAsync(service);
        await BeginBodyAsync(client, $"Content-Length: {1 << 19}");
        Assert.InRange(Bodies(service).BytesHeld, 0, BodyBudget.Beginning);
    }

    /// <summary>Sends the head and returns when the service has begun to read the body.</summary>
    private static async Task BeginBodyAsync(RawClient client, string framing)
    {
        await client.SendAsync(
            RawClient.Head("POST", "/generate", "Content-Type: application/json", "Expect: 100-continue", framing));
        await client.WaitForAsync("HTTP/1.1 100 Continue\r\n\r\n".Length);
    }

    private static BodyReader Bodies(LmServiceFixture service) => service.Services.GetRequiredService<BodyReader>();
}
