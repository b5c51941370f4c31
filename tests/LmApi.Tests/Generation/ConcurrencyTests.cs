using LmApi.Tests.Support;

namespace LmApi.Tests.Generation;

public sealed class ConcurrencyTests
{
    private static readonly Dictionary<string, string> OnePlaceOneWaiting = new()
    {
        ["Inference:BatchSize"] = "1",
        ["Generation:MaxWaiting"] = "1",
        ["Generation:RetryAfterSeconds"] = "5",
    };

    [Fact]
    public async Task A_request_beyond_the_queue_limit_gets_429_with_retry_after()
    {
        await using var service = await LmServiceFixture.StartAsync(OnePlaceOneWaiting);
        service.Model.Gate.Close();
        using var active = await service.PostAsync("/generate", new { prompt = "a", max_tokens = 2 });
        using var waiting = await service.PostAsync("/generate", new { prompt = "a", max_tokens = 2 });

        using var refused = await service.PostAsync("/generate", new { prompt = "a" });
        Assert.Equal("overloaded", (await refused.ProblemAsync(429)).Text("code"));
        Assert.Equal(TimeSpan.FromSeconds(5), refused.Headers.RetryAfter?.Delta);

        service.Model.Gate.Open();
        Assert.Equal(2, (await active.StreamedAsync()).Tokens.Count);
        Assert.Equal(2, (await waiting.StreamedAsync()).Tokens.Count);
        Assert.Single((await service.StreamAsync(new { prompt = "a", max_tokens = 1 })).Tokens);
    }

    [Fact]
    public async Task Prompts_beyond_the_limit_of_waiting_tokens_get_429()
    {
        await using var service = await LmServiceFixture.StartAsync(new()
        {
            ["Inference:BatchSize"] = "1",
            ["Generation:MaxWaitingTokens"] = "5",
        });
        service.Model.Gate.Close();
        using var active = await service.PostAsync("/generate", new { prompt = "a", max_tokens = 2 });
        using var waiting = await service.PostAsync("/generate", new { prompt = "abc", max_tokens = 2 });

        using var refused = await service.PostAsync("/generate", new { prompt = "abc" });
        Assert.Equal("overloaded", (await refused.ProblemAsync(429)).Text("code"));

        using var admitted = await service.PostAsync("/generate", new { prompt = "ab", max_tokens = 2 });
        service.Model.Gate.Open();
        Assert.Equal(2, (await waiting.StreamedAsync()).Tokens.Count);
        Assert.Equal(2, (await admitted.StreamedAsync()).Tokens.Count);
    }

    [Fact]
    public async Task Neural_caches_beyond_the_memory_limit_get_429()
    {
        await using var service = await LmServiceFixture.StartAsync(new() { ["Generation:NeuralCacheMiB"] = "0" });
        service.Model.Gate.Close();
        var request = new { prompt = "a", max_tokens = 2, neural_cache = new { size = 10, theta = 1, lambda = 0.5 } };
        using var active = await service.PostAsync("/generate", request);

        using var refused = await service.PostAsync("/generate", request);
        Assert.Equal("overloaded", (await refused.ProblemAsync(429)).Text("code"));

        service.Model.Gate.Open();
        Assert.Equal(2, (await active.StreamedAsync()).Tokens.Count);
        Assert.Equal(2, (await service.StreamAsync(request)).Tokens.Count);
    }

    [Fact]
    public async Task A_text_with_a_neural_cache_is_the_same_alone_and_concurrently()
    {
        await using var service = await LmServiceFixture.StartAsync(realModel: true);
        static object Request(int seed) => new
        {
            prompt = "the cat sat on the mat, the dog",
            max_tokens = 100,
            seed,
            neural_cache = new { size = 20 + seed, theta = 1.5, lambda = 0.5 },
        };
        static string Receipt(Streamed streamed) => string.Join('\n', streamed.Tokens.Select(t => t.GetRawText()));

        var alone = new List<string>();
        for (var seed = 0; seed < 8; seed++)
        {
            alone.Add(Receipt(await service.StreamAsync(Request(seed))));
        }

        var company = Enumerable
            .Range(0, 8)
            .Select(seed =>
                service.StreamAsync(
                    new
                    {
                        prompt = "the cat",
                        max_tokens = 90,
                        seed,
                    }
                ))
            .ToArray();
        var together = await Task.WhenAll(Enumerable.Range(0, 8).Select(seed => service.StreamAsync(Request(seed))));
        await Task.WhenAll(company);

        Assert.Equal(alone, together.Select(Receipt));
        Assert.Equal(8, alone.Distinct().Count());
    }

    [Fact]
    public async Task A_waiting_client_that_leaves_makes_room_for_the_next()
    {
        await using var service = await LmServiceFixture.StartAsync(OnePlaceOneWaiting);
        service.Model.Gate.Close();
        using var active = await service.PostAsync("/generate", new { prompt = "a", max_tokens = 2 });
        var waiting = await service.PostAsync("/generate", new { prompt = "a", max_tokens = 2 });
        waiting.Dispose();
        await service.Aborts.NextAsync();

        using var next = await service.PostAsync("/generate", new { prompt = "a", max_tokens = 2 });
        service.Model.Gate.Open();
        Assert.Equal(2, (await next.StreamedAsync()).Tokens.Count);
    }

    [Fact]
    public async Task A_short_text_does_not_wait_for_a_long_one()
    {
        await using var service = await LmServiceFixture.StartAsync();
        service.Model.Gate.Close();
        using var longer = await service.PostAsync("/generate", new { prompt = "a", max_tokens = 4000 });
        using var shorter = await service.PostAsync("/generate", new { prompt = "a", max_tokens = 5 });

        // Turn by turn the short one needs five steps, and the long one takes as many; one may have been stepped
        // before.
        service.Model.Gate.Allow(11);
        Assert.Equal(5, (await shorter.StreamedAsync()).Tokens.Count);
        Assert.Equal(1, service.Host.Model.Engine.Active);
    }

    [Fact]
    public async Task A_disconnect_stops_a_streaming_generation_within_one_token()
    {
        await using var service = await LmServiceFixture.StartAsync();
        service.Model.Gate.Close();
        var response = await service.PostAsync("/generate", new { prompt = "a", max_tokens = 4000 });
        response.Dispose();
        await service.Aborts.NextAsync();

        var before = service.Model.Steps;
        service.Model.Gate.Open();
        await service.StreamAsync(new { prompt = "a", max_tokens = 1 });
        Assert.InRange(service.Model.Steps - before, 1, 2);
        Assert.DoesNotContain(service.Logs.Events, e => e.Level >= Serilog.Events.LogEventLevel.Warning);
    }

    [Fact]
    public async Task A_disconnect_stops_the_generation_of_a_json_answer_too()
    {
        await using var service = await LmServiceFixture.StartAsync();
        service.Model.Gate.Close();
        using var leave = new CancellationTokenSource();
        var answer = service.PostAsync(
            "/generate",
            new
            {
                prompt = "a",
                max_tokens = 4000,
                stream = false,
            },
            cancellation: leave.Token);
        await service.Logs.WaitForAsync("Admitted");
        await leave.CancelAsync();
        await service.Aborts.NextAsync();

        var before = service.Model.Steps;
        service.Model.Gate.Open();
        await service.StreamAsync(new { prompt = "a", max_tokens = 1 });
        Assert.InRange(service.Model.Steps - before, 1, 2);
        using var closed = await answer;
        Assert.Equal(499, (int)closed.StatusCode);
    }

    [Fact]
    public async Task A_seed_gives_the_same_text_beside_any_other_requests()
    {
        await using var service = await LmServiceFixture.StartAsync(realModel: true);
        var request = new { prompt = "once", max_tokens = 60, temperature = 1.2, top_p = 0.95, seed = 99 };
        var alone = await service.StreamAsync(request);

        var others = Enumerable
            .Range(0, 6)
            .Select(i =>
                service.StreamAsync(
                    new
                    {
                        prompt = "x",
                        max_tokens = 80,
                        seed = i,
                    }
                ))
            .ToList();
        var beside = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => service.StreamAsync(request)));
        await Task.WhenAll(others);

        Assert.All(beside, stream => Assert.Equal(alone.Text, stream.Text));
        Assert.All(beside, stream => Assert.Equal(
            alone.Tokens.Select(t => t.GetRawText()), stream.Tokens.Select(t => t.GetRawText())));
        Assert.Equal(7, others.Select(o => o.Result.Text).Append(alone.Text).Distinct().Count());
    }

    [Fact]
    public async Task A_chosen_seed_reproduces_the_text()
    {
        await using var service = await LmServiceFixture.StartAsync();
        var first = await service.StreamAsync(new { prompt = "a", max_tokens = 40, temperature = 2 });
        var second = await service.StreamAsync(new { prompt = "a", max_tokens = 40, temperature = 2 });
        var again = await service.StreamAsync(
            new { prompt = "a", max_tokens = 40, temperature = 2, seed = first.Done.GetProperty("seed").GetInt64() });
        Assert.NotEqual(first.Text, second.Text);
        Assert.Equal(first.Text, again.Text);
    }
}
