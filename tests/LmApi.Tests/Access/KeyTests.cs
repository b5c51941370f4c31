using System.Text.Json;
using LmApi.Tests.Support;
using LmModel.Keys;

namespace LmApi.Tests.Access;

public sealed class KeyTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string File => _folder["keys.json"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Either_header_carries_a_key_and_any_other_is_refused_with_a_challenge()
    {
        var key = Add("alice");
        await using var service = await StartAsync();

        Assert.Equal(200, await StatusAsync(service, "Authorization", $"Bearer {key}"));
        Assert.Equal(200, await StatusAsync(service, "authorization", $"bearer  {key} "));
        Assert.Equal(200, await StatusAsync(service, "x-api-key", key));
        // A proxy's own credentials are not taken for a key.
        Assert.Equal(200, await StatusAsync(service, ("Authorization", "Basic YTpi"), ("x-api-key", key)));
        Assert.Equal(401, await StatusAsync(service, "Authorization", $"Bearer {key}x"));
        Assert.Equal(401, await StatusAsync(service, "x-api-key", KeyText.Create()));
        Assert.Equal(401, await StatusAsync(service, "x-api-key", Convert.ToHexStringLower(KeyText.Hash(key))));

        using var missing = await AskAsync(service);
        var problem = await missing.ProblemAsync(401);
        Assert.Equal("unauthorized", problem.Text("code"));
        Assert.Contains("Authorization: Bearer KEY", problem.Text("detail"), StringComparison.Ordinal);
        Assert.Equal("Bearer", missing.Headers.WwwAuthenticate.ToString());
    }

    [Fact]
    public async Task Without_a_key_only_probes_and_the_documentation_are_answered()
    {
        Add("alice");
        await using var service = await StartAsync();
        using var client = service.CreateClient(new() { AllowAutoRedirect = false });
        foreach (var (path, status) in new[]
        {
            ("/health/live", 200), ("/health/ready", 200), ("/", 200), ("/page/app.js", 200),
            ("/swagger/index.html", 200),
            ("/swagger/v1/swagger.json", 200), ("/model", 401), ("/metrics", 401), ("/nothing", 401),
            ("/generate", 401), ("/healthy", 401), ("/swaggerx", 401),
        })
        {
            using var response = await client.GetAsync(new Uri(path, UriKind.Relative));
            Assert.Equal((path, status), (path, (int)response.StatusCode));
        }
    }

    [Fact]
    public async Task The_document_asks_for_a_key_where_one_is_needed()
    {
        Add("alice");
        await using var service = await StartAsync();
        using var response = await service.CreateClient()
            .GetAsync(new Uri("/swagger/v1/swagger.json", UriKind.Relative));
        var document = await response.JsonAsync(200);

        Assert.Equal(
            """[{"bearer":[]},{"x-api-key":[]}]""", JsonSerializer.Serialize(document.GetProperty("security")));
        Assert.Equal(
            ["bearer", "x-api-key"],
            document.GetProperty("components").GetProperty("securitySchemes").EnumerateObject().Select(s => s.Name));
        var probe = document.GetProperty("paths").GetProperty("/health/live").GetProperty("get");
        Assert.Equal("[{}]", JsonSerializer.Serialize(probe.GetProperty("security")));
    }

    [Fact]
    public async Task A_revoked_key_is_refused_and_a_new_one_accepted_without_a_restart()
    {
        var (first, second) = (Add("first"), "");
        await using var service = await StartAsync();
        Assert.Equal(200, await StatusAsync(service, "x-api-key", first));

        second = Add("second");
        KeyFile.Change(File, keys => [.. keys.Where(key => key.Name != "first")]);
        service.Time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(401, await StatusAsync(service, "x-api-key", first));
        Assert.Equal(200, await StatusAsync(service, "x-api-key", second));
    }

    [Fact]
    public async Task A_file_that_cannot_be_read_changes_nothing_and_is_reported_once()
    {
        var key = Add("alice");
        await using var service = await StartAsync();
        foreach (var broken in new[] { "{", null })
        {
            service.Logs.Clear();
            if (broken is null)
            {
                System.IO.File.Delete(File);
            }
            else
            {
                await System.IO.File.WriteAllTextAsync(File, broken);
            }

            service.Time.Advance(TimeSpan.FromSeconds(3));
            await service.Logs.WaitForAsync("The API keys stay as they were:");
            Assert.Equal(200, await StatusAsync(service, "x-api-key", key));
            service.Time.Advance(TimeSpan.FromSeconds(3));
            Assert.Single(
                service.Logs.Events, e => LogSink.Said(e).Contains("stay as they were", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task A_key_expires()
    {
        await using var service = LmServiceFixture.Cold(new() { ["Access:KeysFile"] = File });
        var key = Add("guest", expires: service.Time.GetUtcNow().AddDays(1));
        Assert.Equal(200, await StatusAsync(service, "x-api-key", key));

        service.Time.Advance(TimeSpan.FromDays(1));
        using var response = await AskAsync(service, ("x-api-key", key));
        Assert.StartsWith(
            "The API key expired at ", (await response.ProblemAsync(401)).Text("detail"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_not_valid_keeps_the_service_from_starting()
    {
        await System.IO.File.WriteAllTextAsync(File, """{"format_version": 1, "keys": [{"name": "a b"}]}""");
        using var process = ServiceProcess.StartTiny($"--Access:KeysFile={File}");
        Assert.Equal(1, await process.ExitCodeAsync());
        Assert.Contains("keys[0]: sha256 is missing", Assert.Single(process.Errors), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keys_are_in_no_log_and_no_problem()
    {
        var key = Add("alice");
        await using var service = await StartAsync();
        using var response = await AskAsync(service, ("Authorization", $"Bearer {key}z"), ("x-api-key", $"{key}z"));
        var problem = await response.Content.ReadAsStringAsync();
        Assert.Equal(200, await StatusAsync(service, "x-api-key", key));
        await service.Logs.WaitForAsync("GET /model answered 200");

        Assert.DoesNotContain(key, problem, StringComparison.Ordinal);
        Assert.All(service.Logs.Events, logged =>
        {
            Assert.DoesNotContain(key, LogSink.Said(logged), StringComparison.Ordinal);
            Assert.DoesNotContain(
                key, string.Concat(logged.Properties.Select(p => p.Value.ToString())), StringComparison.Ordinal);
        });
        Assert.Contains(service.Logs.Events, e => e.Properties.TryGetValue("Key", out var n) && $"{n}" == "\"alice\"");
    }

    [Fact]
    public async Task A_prompt_continues_from_the_cache_of_its_own_key_only()
    {
        var (alice, bob) = (Add("alice"), Add("bob"));
        await using var service = await StartAsync();

        Assert.Equal(0, await CachedAsync(service, alice));
        Assert.Equal(0, await CachedAsync(service, bob));
        Assert.Equal(5, await CachedAsync(service, alice));
        Assert.Equal(5, await CachedAsync(service, bob));
    }

    [Fact]
    public async Task A_completion_does_not_tell_what_another_key_has_typed()
    {
        var (alice, bob) = (Add("alice"), Add("bob"));
        await using var service = await StartAsync();

        Assert.Equal(0, await CachedAsync(service, alice, "/complete", new { text = "hello he" }));
        Assert.Equal(0, await CachedAsync(service, bob, "/complete", new { text = "hello he" }));
        Assert.NotEqual(0, await CachedAsync(service, alice, "/complete", new { text = "hello he" }));
    }

    [Fact]
    public async Task The_cache_is_shared_among_keys_only_where_the_operator_says_so()
    {
        var (alice, bob) = (Add("alice"), Add("bob"));
        await using var service = await StartAsync(new() { ["Generation:PrefixCache"] = "shared" });

        Assert.Equal(0, await CachedAsync(service, alice));
        Assert.Equal(5, await CachedAsync(service, bob));
    }

    private static Task<int> CachedAsync(LmServiceFixture service, string key) =>
        CachedAsync(service, key, "/generate", new { prompt = "hello", max_tokens = 1 });

    private static async Task<int> CachedAsync(LmServiceFixture service, string key, string path, object body)
    {
        using var client = service.CreateClient();
        client.DefaultRequestHeaders.Add("x-api-key", key);
        using var response = await client.PostAsync(path, body, "application/json");
        return (await response.JsonAsync(200)).GetProperty("usage").GetProperty("cached_tokens").GetInt32();
    }

    private string Add(string name, DateTimeOffset? expires = null)
    {
        var text = KeyText.Create();
        KeyFile.Change(File, keys =>
        [
            .. keys,
            new ApiKey
            {
                Name = name,
                Sha256 = Convert.ToHexStringLower(KeyText.Hash(text)),
                Created = DateTimeOffset.UnixEpoch,
                Expires = expires,
            },
        ]);
        return text;
    }

    private Task<LmServiceFixture> StartAsync(Dictionary<string, string>? settings = null) =>
        LmServiceFixture.StartAsync(new(settings ?? []) { ["Access:KeysFile"] = File });

    private static Task<int> StatusAsync(LmServiceFixture service, string header, string value) =>
        StatusAsync(service, (header, value));

    private static async Task<int> StatusAsync(LmServiceFixture service, params (string, string)[] headers)
    {
        using var response = await AskAsync(service, headers);
        return (int)response.StatusCode;
    }

    private static async Task<HttpResponseMessage> AskAsync(
        LmServiceFixture service, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/model");
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await service.CreateClient().SendAsync(request);
    }
}
