using System.Net;
using LmApi.Access;
using LmApi.Tests.Support;
using LmModel.Keys;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace LmApi.Tests.Access;

public sealed class LimitTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Requests_beyond_the_limit_of_an_address_get_429_with_the_time_to_wait()
    {
        await using var service = await LmServiceFixture.StartAsync(new() { ["Access:RequestsPerMinute"] = "2" });
        using var client = service.CreateClient();
        using var first = await client.GetAsync(new Uri("/model", UriKind.Relative));
        Assert.Equal("\"address-requests\";q=2;w=60", Field(first, "RateLimit-Policy"));
        Assert.Equal("\"address-requests\";r=1;t=30", Field(first, "RateLimit"));
        using var second = await client.GetAsync(new Uri("/model", UriKind.Relative));
        Assert.Equal(200, (int)second.StatusCode);

        using var third = await client.GetAsync(new Uri("/model", UriKind.Relative));
        var problem = await third.ProblemAsync(429);
        Assert.Equal("rate_limited", problem.Text("code"));
        Assert.Equal("This address may use 2 requests a minute; retry in 30 s.", problem.Text("detail"));
        Assert.Equal("30", Field(third, "Retry-After"));
        Assert.Equal("\"address-requests\";r=0;t=60", Field(third, "RateLimit"));

        service.Time.Advance(TimeSpan.FromSeconds(30));
        using var waited = await client.GetAsync(new Uri("/model", UriKind.Relative));
        Assert.Equal(200, (int)waited.StatusCode);
    }

    [Fact]
    public async Task Tokens_are_charged_by_what_a_request_may_cost_and_given_back_by_what_it_did()
    {
        await using var service = await LmServiceFixture.StartAsync(new() { ["Access:TokensPerMinute"] = "60" });
        service.Model.Gate.Close();
        using var running = await service.PostAsync("/generate", new { prompt = "abc", max_tokens = 100 });
        // 3 + 100 of 60 are charged while it runs: a debt of 43, and 1 more to begin.
        using var refused = await service.PostAsync("/generate", new { prompt = "a", max_tokens = 1 });
        Assert.Equal("This address may use 60 tokens a minute; retry in 44 s.",
            (await refused.ProblemAsync(429)).Text("detail"));
        Assert.Equal("44", Field(refused, "Retry-After"));

        service.Model.Gate.Open();
        Assert.Equal(100, (await running.StreamedAsync()).Tokens.Count);
        service.Time.Advance(TimeSpan.FromSeconds(44));
        using var paid = await service.PostAsync(
            "/generate", new { prompt = "a", max_tokens = 5, temperature = 0 }, "application/json");
        Assert.Equal(200, (int)paid.StatusCode);
    }

    [Fact]
    public async Task A_generation_that_ends_early_costs_what_it_read_and_drew()
    {
        await using var service = await LmServiceFixture.StartAsync(new() { ["Access:TokensPerMinute"] = "1000" });
        using var stopped = await service.PostAsync(
            "/generate", new { prompt = "abc", max_tokens = 500, stop = new[] { "d", "e", "z", "a" } });
        var drawn = (await stopped.StreamedAsync()).Tokens.Count;
        using var after = await service.CreateClient().GetAsync(new Uri("/model", UriKind.Relative));
        Assert.StartsWith(
            $"\"address-tokens\";r={1000 - 3 - drawn};", Field(after, "RateLimit"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_completion_costs_its_text_and_what_its_search_read()
    {
        await using var service = await LmServiceFixture.StartAsync(new() { ["Access:TokensPerMinute"] = "1000" });
        using var completed = await service.PostAsync("/complete", new { text = "hello he" }, "application/json");
        var used = (await completed.JsonAsync(200)).GetProperty("usage").GetProperty("total_tokens").GetInt32();
        using var after = await service.CreateClient().GetAsync(new Uri("/model", UriKind.Relative));
        Assert.StartsWith($"\"address-tokens\";r={1000 - used};", Field(after, "RateLimit"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_key_has_its_own_limits()
    {
        var (slow, fast) = (KeyText.Create(), KeyText.Create());
        KeyFile.Change(_folder["keys.json"], _ => [Key("slow", slow, 1), Key("fast", fast, 2)]);
        await using var service = await LmServiceFixture.StartAsync(
            new() { ["Access:KeysFile"] = _folder["keys.json"] });

        Assert.Equal("200 429", await AskAsync(service, slow, slow));
        Assert.Equal("200 200 429", await AskAsync(service, fast, fast, fast));
    }

    [Fact]
    public async Task Whoever_tries_keys_is_limited_by_address()
    {
        KeyFile.Change(_folder["keys.json"], _ => [Key("some", KeyText.Create(), 1)]);
        await using var service = await LmServiceFixture.StartAsync(new()
        {
            ["Access:KeysFile"] = _folder["keys.json"],
            ["Access:RequestsPerMinute"] = "2",
        });
        Assert.Equal("401 401 429", await AskAsync(service, "a", "b", "c"));
    }

    [Fact]
    public async Task A_stream_of_lines_waits_for_tokens_in_place_of_being_refused()
    {
        await using var service = await LmServiceFixture.StartAsync(new() { ["Access:TokensPerMinute"] = "4" });
        using var request = new HttpRequestMessage(HttpMethod.Post, "/score")
        {
            Content = new StringContent("{\"text\": \"abcd\"}\n{\"text\": \"efgh\"}\n"),
        };
        request.Content.Headers.ContentType = new("application/x-ndjson");
        using var response = await service.CreateClient().SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        using var lines = new StreamReader(await response.Content.ReadAsStreamAsync());

        Assert.Contains("\"line\":1", await lines.ReadLineAsync(), StringComparison.Ordinal);
        var second = lines.ReadLineAsync();
        while (!second.IsCompleted)
        {
            // The wait may not have begun.
            service.Time.Advance(TimeSpan.FromSeconds(10));
            await Task.Yield();
        }

        Assert.Contains("\"line\":2", await second, StringComparison.Ordinal);
    }

    [Fact]
    public void Any_number_of_addresses_has_as_many_quotas_as_there_are_slots()
    {
        var addresses = new AddressQuotas(
            Options.Create(new AccessOptions { RequestsPerMinute = 5 }), new FakeTimeProvider());
        var found = new HashSet<Quotas>(ReferenceEqualityComparer.Instance);
        for (var i = 0; i < 1_000_000; i++)
        {
            found.Add(addresses.Of(new IPAddress(i)));
        }

        Assert.InRange(found.Count, 2, AddressQuotas.Slots);
    }

    [Fact]
    public void Addresses_of_one_ipv6_network_share_their_quotas()
    {
        var addresses = new AddressQuotas(
            Options.Create(new AccessOptions { RequestsPerMinute = 5 }), new FakeTimeProvider());
        var first = addresses.Of(IPAddress.Parse("2001:db8:1:2::1"));
        Assert.Same(first, addresses.Of(IPAddress.Parse("2001:db8:1:2:ffff::9")));
        Assert.Same(
            addresses.Of(IPAddress.Parse("192.0.2.7")), addresses.Of(IPAddress.Parse("::ffff:192.0.2.7")));
    }

    [Fact]
    public void A_quota_comes_back_evenly_and_a_debt_is_paid_first()
    {
        var time = new FakeTimeProvider();
        var quota = new Quota("test", 60, time);
        quota.Charge(90);
        Assert.False(quota.TryTakeOne());
        Assert.Equal(TimeSpan.FromSeconds(31), quota.Wait);
        time.Advance(TimeSpan.FromSeconds(31));
        Assert.True(quota.TryTakeOne());
        Assert.False(quota.TryTakeOne());

        quota.Charge(-1000);
        Assert.Equal(60, quota.Status.Left);
        time.Advance(TimeSpan.FromDays(1));
        Assert.Equal((60, TimeSpan.Zero), quota.Status);
    }

    private static ApiKey Key(string name, string text, int requests) => new()
    {
        Name = name,
        Sha256 = Convert.ToHexStringLower(KeyText.Hash(text)),
        Created = DateTimeOffset.UnixEpoch,
        RequestsPerMinute = requests,
    };

    /// <summary>The statuses of a request with each key.</summary>
    private static async Task<string> AskAsync(LmServiceFixture service, params string[] keys)
    {
        var statuses = new List<int>();
        foreach (var key in keys)
        {
            using var client = service.CreateClient();
            client.DefaultRequestHeaders.Add("x-api-key", key);
            using var response = await client.GetAsync(new Uri("/model", UriKind.Relative));
            statuses.Add((int)response.StatusCode);
        }

        return string.Join(' ', statuses);
    }

    private static string Field(HttpResponseMessage response, string name) =>
        string.Join(", ", response.Headers.GetValues(name));
}
