using LmApi.Tests.Support;

namespace LmApi.Tests.Generation;

/// <summary>Clients that ask for much and read nothing, on real connections.</summary>
public sealed class SlowClientTests
{
    /// <summary>How often a test looks; no assertion depends on it.</summary>
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(5);

    private static readonly Dictionary<string, string> FewPlaces = new()
    {
        ["Inference:BatchSize"] = "2",
        ["Generation:MaxWaiting"] = "2",
        ["Generation:MaxTokens"] = "100000",
    };

    [Fact]
    public async Task Clients_that_never_read_do_not_block_others()
    {
        await using var service = await LmServiceFixture.StartOnPortAsync(FewPlaces);
        var silent = new List<RawClient>();
        while (silent.Count < 12)
        {
            silent.Add(await ConnectAsync(service, stream: true));
            await silent[^1].WaitForAsync(1);
            await UntilAsync(() => service.Host.Model.Engine.Parked == service.Host.Model.Engine.Active);
        }

        // More than there are places; a few may have been refused while others began.
        var admitted = Said(service, "Admitted");
        Assert.InRange(admitted, 5, 12);
        Assert.Equal(3, await ServedTokensAsync(service));

        // Nothing is kept of them: their generations end, and connections that take nothing for longer are closed.
        await AdvanceUntilAsync(service, () => service.Host.Model.Engine.Active == 0
            && Said(service, "read nothing for 60 s; its connection is closed") > 0);
        Assert.Equal(3, await ServedTokensAsync(service));
        silent.ForEach(client => client.Dispose());
    }

    [Fact]
    public async Task A_client_that_resumes_reading_too_late_gets_the_generated_tokens_and_an_error()
    {
        await using var service = await LmServiceFixture.StartOnPortAsync(FewPlaces);
        using var client = await ConnectAsync(service, stream: true);
        await ParkedForGoodAsync(service);

        service.Time.Advance(TimeSpan.FromSeconds(31));
        await UntilAsync(() => service.Host.Model.Engine.Active == 0);
        var answer = await client.ReadAnswerAsync();

        using var reader = new EventStreamReader(new MemoryStream(answer.Body));
        var events = await reader.RestAsync();
        Assert.Equal(("error", "client_too_slow"), (events[^1].Name, events[^1].Data.Text("code")));
        Assert.All(events.Skip(1).SkipLast(1), (e, i) => Assert.Equal(i, e.Data.GetProperty("index").GetInt32()));
        Assert.Equal(1, Said(service, "its client is not reading"));
        Assert.DoesNotContain(service.Logs.Events, e => e.Level >= Serilog.Events.LogEventLevel.Warning);
    }

    [Fact]
    public async Task An_unread_json_answer_does_not_stay_in_memory()
    {
        await using var service = await LmServiceFixture.StartOnPortAsync(FewPlaces);
        using var client = await ConnectAsync(service, stream: false);
        await service.Logs.WaitForAsync("ended by length");

        await AdvanceUntilAsync(service, () => Said(service, "read nothing for 60 s; its connection is closed") == 1);
        await client.ReadToEndAsync();
    }

    [Fact]
    public async Task A_json_answer_of_many_tokens_is_complete()
    {
        await using var service = await LmServiceFixture.StartOnPortAsync(FewPlaces);
        var answer = await service.GenerateAsync(new { prompt = "a", max_tokens = 4096, logprobs = 20 });

        var tokens = answer.GetProperty("tokens").EnumerateArray().ToList();
        Assert.Equal(4096, tokens.Count);
        Assert.Equal(answer.Text("text"), string.Concat(tokens.Select(t => t.Text("text"))));
        Assert.All(tokens, t => Assert.Equal(20, t.GetProperty("alternatives").GetArrayLength()));
    }

    /// <summary>Asks for more than all buffers on the way hold.</summary>
    private static async Task<RawClient> ConnectAsync(LmServiceFixture service, bool stream)
    {
        var client = await RawClient.ConnectAsync(service, receiveBytes: 4096);
        await client.SendAsync(
            RawClient.Post(
                "/generate",
                new
                {
                    prompt = "a",
                    max_tokens = 20_000,
                    logprobs = 20,
                    stream,
                }
            ));
        return client;
    }

    /// <summary>The tokens of a well-behaved client, which comes again where it is refused.</summary>
    private static async Task<int> ServedTokensAsync(LmServiceFixture service)
    {
        using var patience = new CancellationTokenSource(RawClient.Patience);
        while (true)
        {
            using var response = await service.PostAsync(
                "/generate", new { prompt = "a", max_tokens = 3 }, cancellation: patience.Token);
            if ((int)response.StatusCode != 429)
            {
                return (await response.StreamedAsync()).Tokens.Count;
            }
        }
    }

    /// <summary>
    /// A buffer is full for a moment too where the model is faster than the reader: the model has stopped only if
    /// nothing but another request has stepped it since.
    /// </summary>
    private static async Task ParkedForGoodAsync(LmServiceFixture service)
    {
        int steps;
        do
        {
            await UntilAsync(() => service.Host.Model.Engine.Parked == 1);
            steps = service.Model.Steps;
            await ServedTokensAsync(service);
        }
        while (service.Model.Steps > steps + 3 || service.Host.Model.Engine.Parked != 1);
    }

    private static int Said(LmServiceFixture service, string text) =>
        service.Logs.Events.Count(e => LogSink.Said(e).Contains(text, StringComparison.Ordinal));

    private static Task AdvanceUntilAsync(LmServiceFixture service, Func<bool> condition) => UntilAsync(() =>
    {
        service.Time.Advance(TimeSpan.FromSeconds(61));
        return condition();
    });

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var patience = new CancellationTokenSource(RawClient.Patience);
        while (!condition())
        {
            await Task.Delay(Poll, patience.Token);
        }
    }
}
