using LmApi.Tests.Support;

namespace LmApi.Tests.Generation;

public sealed class JsonAnswerTests
{
    private static readonly object Request = new
    {
        prompt = "ab",
        max_tokens = 3,
        temperature = 0,
        seed = 7,
        logprobs = 1,
    };

    [Fact]
    public async Task A_json_answer_matches_the_golden_file()
    {
        await using var service = await LmServiceFixture.StartAsync();
        using var response = await service.PostAsync("/generate", Request, "application/json");
        Golden.Matches("LmApi.Tests/Golden/generate.json", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Both_forms_have_the_same_contents()
    {
        await using var service = await LmServiceFixture.StartAsync(new() { ["Generation:PrefixCacheMiB"] = "0" });
        var json = await service.GenerateAsync(Request);
        var stream = await service.StreamAsync(Request);
        Assert.Equal(json.Text("text"), stream.Text);
        Assert.Equal(
            json.GetProperty("tokens").EnumerateArray().Select(t => t.GetRawText()),
            stream.Tokens.Select(t => t.GetRawText()));
        Assert.Equal(json.GetProperty("usage").GetRawText(), stream.Done.GetProperty("usage").GetRawText());
    }

    [Fact]
    public async Task A_json_answer_has_its_seed_in_a_header_and_the_stop_string_that_matched()
    {
        await using var service = await LmServiceFixture.StartAsync();
        using var response = await service.PostAsync(
            "/generate",
            new
            {
                prompt = "a",
                temperature = 0,
                stop = new[] { "xyz", "efgh", "ef" },
            },
            "application/json");
        var answer = await response.JsonAsync(200);

        Assert.Equal(
            answer.GetProperty("seed").GetRawText(), Assert.Single(response.Headers.GetValues("Generation-Seed")));
        Assert.Equal(("stop", "ef"), (answer.Text("finish_reason"), answer.Text("stop_sequence")));
    }

    [Fact]
    public async Task A_prompt_is_scored_without_generating()
    {
        await using var service = await LmServiceFixture.StartAsync();
        var answer = await service.GenerateAsync(new { prompt = "abc", max_tokens = 0, echo = true, logprobs = 1 });

        Assert.Equal("abc", answer.Text("text"));
        var logprobs = answer.GetProperty("tokens").EnumerateArray().Select(t => t.GetProperty("logprob")).ToList();
        Assert.Equal(System.Text.Json.JsonValueKind.Null, logprobs[0].ValueKind);
        Assert.All(logprobs.Skip(1), logprob => Assert.True(logprob.GetDouble() < 0));
        Assert.Equal(3, logprobs.Count);
    }

    [Fact]
    public async Task A_prompt_read_without_generating_is_cached_for_the_next_request()
    {
        await using var service = await LmServiceFixture.StartAsync();
        await service.GenerateAsync(new { prompt = "abc", max_tokens = 0 });
        var next = await service.GenerateAsync(new { prompt = "abc", max_tokens = 1 });
        Assert.Equal(3, next.GetProperty("usage").GetProperty("cached_tokens").GetInt32());
    }

    [Fact]
    public async Task A_prompt_with_a_known_beginning_reports_how_much_was_not_read_again()
    {
        await using var service = await LmServiceFixture.StartAsync();
        var first = await service.GenerateAsync(new { prompt = "abc", max_tokens = 5, seed = 1 });
        var again = await service.GenerateAsync(new { prompt = "abc", max_tokens = 5, seed = 1 });
        var longer = await service.StreamAsync(new { prompt = "abcd", max_tokens = 5, seed = 1 });
        Assert.Equal(
            [0, 3, 3],
            new[] { first, again, longer.Done }.Select(d =>
                d.GetProperty("usage").GetProperty("cached_tokens").GetInt32()));
        Assert.Equal(first.Text("text"), again.Text("text"));
    }

    [Theory]
    [InlineData("off", 0)]
    [InlineData("Off", 0)]
    [InlineData("shared", 3)]
    public async Task Without_a_shared_prefix_cache_an_answer_reveals_nothing_about_other_requests(
        string scope,
        int cached)
    {
        await using var service = await LmServiceFixture.StartAsync(new() { ["Generation:PrefixCache"] = scope });
        var request = new { prompt = "abc", max_tokens = 5, seed = 1 };
        var first = await service.GenerateAsync(request);
        var again = await service.GenerateAsync(request);
        var longer = await service.StreamAsync(new { prompt = "abcd", max_tokens = 5, seed = 1 });

        Assert.Equal(
            [0, cached, cached],
            new[] { first, again, longer.Done }.Select(d =>
                d.GetProperty("usage").GetProperty("cached_tokens").GetInt32()));
        Assert.Equal(first.Text("text"), again.Text("text"));
    }

    [Theory]
    [InlineData(null, null, true)]
    [InlineData(null, "*/*", true)]
    [InlineData(null, "text/event-stream", true)]
    [InlineData(null, "text/event-stream, application/json", true)]
    [InlineData(null, "application/json", false)]
    [InlineData(null, "application/json, text/plain, */*", false)]
    [InlineData(null, "application/json;q=0.5, text/*;q=0.9", true)]
    [InlineData(null, "application/*", false)]
    [InlineData(null, "*/json, nonsense;;, */*;q=x", true)]
    [InlineData(true, "application/json", true)]
    [InlineData(false, "text/event-stream", false)]
    [InlineData(false, null, false)]
    public async Task The_stream_member_overrides_the_accept_header(bool? stream, string? accept, bool streams)
    {
        await using var service = await LmServiceFixture.StartAsync();
        using var response = await service.PostAsync(
            "/generate",
            new
            {
                prompt = "a",
                max_tokens = 1,
                stream,
            },
            accept);
        Assert.Equal(
            streams ? "text/event-stream" : "application/json",
            response.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task A_model_failure_is_returned_as_a_problem()
    {
        await using var service = await LmServiceFixture.StartAsync();
        service.Model.Failure = new InvalidOperationException("secret detail");
        using var response = await service.PostAsync("/generate", new { prompt = "ab", stream = false });
        var problem = await response.ProblemAsync(500);
        Assert.Equal("generation_failed", problem.Text("code"));
        Assert.DoesNotContain("secret", problem.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Times_are_in_milliseconds_and_the_rate_excludes_the_queue()
    {
        await using var service = await LmServiceFixture.StartAsync();
        service.Model.OnStep = () => service.Time.Advance(TimeSpan.FromMilliseconds(10));
        var timings = (await service.GenerateAsync(new { prompt = "ab", max_tokens = 3 })).GetProperty("timings");
        Assert.Equal(10, timings.GetProperty("first_token_ms").GetDouble());
        Assert.Equal(30, timings.GetProperty("total_ms").GetDouble());
        Assert.Equal(100, timings.GetProperty("tokens_per_second").GetDouble());
    }
}
