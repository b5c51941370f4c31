using System.Text.Json;
using LmApi.Tests.Support;

namespace LmApi.Tests.Infrastructure;

/// <summary>What connections may do besides sending one well-formed request and reading its answer.</summary>
public sealed class ConnectionTests
{
    private static readonly object Short = new { prompt = "a", max_tokens = 3, stream = false };

    [Fact]
    public async Task Pipelined_requests_are_answered_in_order()
    {
        await using var service = await LmServiceFixture.StartOnPortAsync();
        using var client = await RawClient.ConnectAsync(service);

        await client.SendAsync(
            RawClient.Post("/generate", Short) + RawClient.Head("GET", "/health/live")
            + RawClient.Post("/generate", "{") + RawClient.Post("/generate", Short));

        Assert.Equal(200, (await client.ReadAnswerAsync()).Status);
        Assert.Equal("""{"status":"live"}""", (await client.ReadAnswerAsync()).Text);
        Assert.Equal("malformed_json", (await client.ReadAnswerAsync()).Code);
        Assert.Equal(3, JsonDocument.Parse((await client.ReadAnswerAsync()).Body)
            .RootElement.GetProperty("usage").GetProperty("completion_tokens").GetInt32());
    }

    [Fact]
    public async Task A_request_sent_byte_by_byte_is_answered()
    {
        await using var service = await LmServiceFixture.StartOnPortAsync();
        using var client = await RawClient.ConnectAsync(service);

        foreach (var character in RawClient.Post("/generate", Short))
        {
            await client.SendAsync(character.ToString());
        }

        Assert.Equal(200, (await client.ReadAnswerAsync()).Status);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_connection_closed_or_reset_by_the_client_stops_the_generation(bool resets)
    {
        await using var service = await LmServiceFixture.StartOnPortAsync();
        service.Model.Gate.Close();
        using var client = await RawClient.ConnectAsync(service);
        await client.SendAsync(RawClient.Post("/generate", new { prompt = "a", max_tokens = 4000 }));
        await service.Logs.WaitForAsync("Admitted");

        // Kestrel takes a half-closed connection for a client that has left.
        (resets ? client.Reset : (Action)client.FinishSending)();

        await service.AssertTheModelStopsForAClientThatLeftAsync();
    }

    [Fact]
    public async Task Clients_that_stall_never_read_or_disconnect_do_not_block_others()
    {
        await using var service = await LmServiceFixture.StartOnPortAsync();
        var held = new List<RawClient>();
        for (var i = 0; i < 40; i++)
        {
            var client = await RawClient.ConnectAsync(service, receiveBytes: 2048);
            held.Add(client);
            await client.SendAsync((i % 4) switch
            {
                // All of a body but its end, half a head, a stream that nobody reads, and nothing more than a start.
                0 => RawClient.PostHead("/generate", 2000) + new string(' ', 1999),
                1 => RawClient.PostHead("/generate", 10)[..40],
                2 => RawClient.Post("/generate", new { prompt = "a", max_tokens = 4000, logprobs = 20 }),
                _ => "G",
            });
        }

        for (var round = 0; round < 3; round++)
        {
            Assert.Equal(3, (await service.GenerateAsync(Short)).Text("text").Length);
            foreach (var client in held.Where((_, i) => i % 3 == round))
            {
                // Some leave with FIN, others with RST.
                (round == 1 ? client.Reset : (Action)client.Dispose)();
            }
        }

        Assert.DoesNotContain(service.Logs.Events, e => e.Level >= Serilog.Events.LogEventLevel.Error);
    }
}
