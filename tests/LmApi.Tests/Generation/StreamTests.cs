using LmApi.Tests.Support;
using LmModel.Tokenization;

namespace LmApi.Tests.Generation;

public sealed partial class StreamTests
{
    [Fact]
    public async Task A_stream_matches_the_golden_file()
    {
        await using var service = await LmServiceFixture.StartAsync();
        using var response = await service.PostAsync(
            "/generate",
            new
            {
                prompt = "ab",
                max_tokens = 3,
                temperature = 0,
                seed = 7,
                logprobs = 2,
            }
        );
        Golden.Matches("LmApi.Tests/Golden/generate.sse", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_stream_has_headers_against_caching_and_buffering()
    {
        await using var service = await LmServiceFixture.StartAsync();
        using var response = await service.PostAsync("/generate", new { prompt = "", max_tokens = 1 });
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.ToString());
        Assert.Equal("no", Assert.Single(response.Headers.GetValues("X-Accel-Buffering")));
        Assert.True(response.Headers.CacheControl is { NoCache: true, NoStore: true });
    }

    [Fact]
    public async Task Events_are_one_start_then_tokens_and_then_one_done()
    {
        await using var service = await LmServiceFixture.StartAsync();
        var stream = await service.StreamAsync(new { prompt = "ab", max_tokens = 5 });
        Assert.Equal(["start", "token", "token", "token", "token", "token", "done"], stream.Events.Select(e => e.Name));
    }

    [Fact]
    public async Task Event_ids_are_the_generation_id_and_a_number_from_one()
    {
        await using var service = await LmServiceFixture.StartAsync();
        var stream = await service.StreamAsync(new { prompt = "ab", max_tokens = 2 });
        var name = stream.Done.Text("id");
        Assert.Equal([$"{name}:1", $"{name}:2", $"{name}:3", $"{name}:4"], stream.Events.Select(e => e.Id));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Token_texts_concatenate_to_the_text_even_if_tokens_are_parts_of_characters(int seed)
    {
        await using var service = await LmServiceFixture.StartAsync(tokenizer: new ByteTokenizer());
        var stream = await service.StreamAsync(
            new
            {
                prompt = "é",
                max_tokens = 400,
                temperature = 2,
                seed,
                echo = true,
                stop = "never",
            }
        );
        Assert.Equal(stream.Text, stream.Concatenated);
        Assert.StartsWith("é", stream.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_word_model_streams_words()
    {
        var tokenizer = WordTokenizer.FromCorpus("a a a a b b b c c d", 100);
        await using var service = await LmServiceFixture.StartAsync(tokenizer: tokenizer);
        var stream = await service.StreamAsync(new { prompt = "a  b", max_tokens = 5, temperature = 0 });
        Assert.Equal(" c d \n <unk> a", stream.Text);
        Assert.Equal(stream.Text, stream.Concatenated);
        Assert.Equal(" c", stream.Tokens[0].Text("text"));
    }

    [Fact]
    public async Task A_stop_sequence_ends_the_text_and_no_part_of_it_is_emitted()
    {
        await using var service = await LmServiceFixture.StartAsync();
        var stream = await service.StreamAsync(
            new
            {
                prompt = "a",
                max_tokens = 20,
                temperature = 0,
                stop = new[] { "xyz", "efg" },
            }
        );
        Assert.Equal("bcd", stream.Text);
        Assert.Equal("bcd", stream.Concatenated);
        Assert.Equal(("stop", "efg"), (stream.Done.Text("finish_reason"), stream.Done.Text("stop_sequence")));
    }

    [Fact]
    public async Task An_incomplete_stop_sequence_is_emitted()
    {
        await using var service = await LmServiceFixture.StartAsync();
        var stream = await service.StreamAsync(new { prompt = "a", max_tokens = 4, temperature = 0, stop = "efg" });
        Assert.Equal("bcde", stream.Text);
        Assert.Equal("bcde", stream.Concatenated);
        Assert.Equal("length", stream.Done.Text("finish_reason"));
        Assert.False(stream.Done.TryGetProperty("stop_sequence", out _));
    }

    [Fact]
    public async Task A_seed_chosen_by_the_service_is_reported_before_the_first_token()
    {
        await using var service = await LmServiceFixture.StartAsync();
        service.Model.Gate.Close();
        using var response = await service.PostAsync("/generate", new { prompt = "a", max_tokens = 2 });
        using var reader = new EventStreamReader(await response.Content.ReadAsStreamAsync());

        var start = Assert.IsType<ServerSentEvent>(await reader.NextAsync());

        Assert.Equal("start", start.Name);
        Assert.Equal($"{start.Data.Text("id")}:1", start.Id);
        Assert.Equal(TestModel.Name, start.Data.Text("model"));
        Assert.Equal(
            start.Data.GetProperty("seed").GetRawText(),
            Assert.Single(response.Headers.GetValues("Generation-Seed")));
        service.Model.Gate.Open();
        var done = (await reader.RestAsync())[^1].Data;
        Assert.Equal(start.Data.GetProperty("seed").GetInt64(), done.GetProperty("seed").GetInt64());
        Assert.Equal(start.Data.Text("id"), done.Text("id"));
    }

    [Fact]
    public async Task An_aborted_stream_can_be_reproduced_from_its_seed()
    {
        await using var service = await LmServiceFixture.StartAsync();
        service.Model.OnStep = () =>
            service.Model.Failure = service.Model.Steps > 20 ? new InvalidOperationException() : null;
        using var response = await service.PostAsync(
            "/generate",
            new
            {
                prompt = "a",
                max_tokens = 400,
                temperature = 2,
            }
        );
        var broken = await response.StreamedAsync();
        Assert.Equal("error", broken.Events[^1].Name);
        service.Model.OnStep = null;
        service.Model.Failure = null;

        var again = await service.StreamAsync(new
        {
            prompt = "a",
            max_tokens = 400,
            temperature = 2,
            seed = broken.Events[0].Data.GetProperty("seed").GetInt64(),
        });

        Assert.NotEmpty(broken.Tokens);
        Assert.StartsWith(broken.Concatenated, again.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("a", true)]
    [InlineData("abcab", true)]
    [InlineData("abcab", false)]
    public async Task With_zero_max_tokens_the_prompt_is_scored_as_before_a_generation(string prompt, bool echo)
    {
        await using var service = await LmServiceFixture.StartAsync(new() { ["Generation:PrefixCache"] = "off" });
        var scored = await service.StreamAsync(new { prompt, max_tokens = 0, echo, logprobs = 3 });
        var continued = await service.StreamAsync(new { prompt, max_tokens = 2, echo, logprobs = 3 });

        Assert.Equal(echo ? prompt : "", scored.Text);
        Assert.Equal(
            continued.Tokens.SkipLast(2).Select(t => t.GetRawText()), scored.Tokens.Select(t => t.GetRawText()));
        Assert.Equal("length", scored.Done.Text("finish_reason"));
        var usage = scored.Done.GetProperty("usage");
        Assert.Equal(
            (prompt.Length, 0),
            (usage.GetProperty("prompt_tokens").GetInt32(), usage.GetProperty("completion_tokens").GetInt32()));
        Assert.False(scored.Done.GetProperty("timings").TryGetProperty("first_token_ms", out _));
    }

    [Fact]
    public async Task Echo_first_reports_the_prompt_and_its_first_token_has_no_log_probability()
    {
        await using var service = await LmServiceFixture.StartAsync();
        var stream = await service.StreamAsync(new { prompt = "ab", max_tokens = 2, temperature = 0, echo = true });
        Assert.Equal("abcd", stream.Text);
        Assert.Equal(System.Text.Json.JsonValueKind.Null, stream.Tokens[0].GetProperty("logprob").ValueKind);
        Assert.True(stream.Tokens[1].GetProperty("logprob").GetDouble() < 0);
        Assert.Equal(2, stream.Done.GetProperty("usage").GetProperty("completion_tokens").GetInt32());
    }

    [Fact]
    public async Task Alternatives_come_best_first_and_only_if_requested()
    {
        await using var service = await LmServiceFixture.StartAsync();
        var without = await service.StreamAsync(new { prompt = "a", max_tokens = 1, temperature = 0 });
        Assert.False(without.Tokens[0].TryGetProperty("alternatives", out _));

        var with = await service.StreamAsync(new { prompt = "a", max_tokens = 1, temperature = 0, logprobs = 2 });
        var alternatives = with.Tokens[0].GetProperty("alternatives").EnumerateArray().ToList();
        Assert.Equal(["b", "c"], alternatives.Select(a => a.Text("text")));
        Assert.Equal(
            with.Tokens[0].GetProperty("logprob").GetRawText(),
            alternatives[0].GetProperty("logprob").GetRawText());
    }

    [Fact]
    public async Task A_model_failure_ends_the_stream_with_one_error_event()
    {
        await using var service = await LmServiceFixture.StartAsync();
        service.Model.Failure = new InvalidOperationException("secret detail");
        using var response = await service.PostAsync("/generate", new { prompt = "ab" });
        var stream = await response.StreamedAsync();
        Assert.Equal(["start", "error"], stream.Events.Select(e => e.Name));
        var error = stream.Events[^1];
        Assert.Equal("generation_failed", error.Data.Text("code"));
        Assert.DoesNotContain("secret", error.Data.GetRawText(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(float.NaN, "NaN")]
    [InlineData(float.PositiveInfinity, "Infinity")]
    [InlineData(float.NegativeInfinity, "-Infinity")]
    public async Task A_non_finite_logit_ends_the_stream_with_an_error_that_identifies_it(float logit, string named)
    {
        await using var service = await LmServiceFixture.StartAsync();
        service.Model.FirstLogit = logit;
        using var response = await service.PostAsync(
            "/generate",
            new
            {
                prompt = "abc",
                temperature = 0,
                echo = true,
                logprobs = 2,
            }
        );
        var error = (await response.StreamedAsync()).Events[^1];
        Assert.Equal(("error", "generation_failed"), (error.Name, error.Data.Text("code")));
        Assert.Contains(
            $"token 0 the logit {named} at position 1",
            error.Data.Text("message"),
            StringComparison.Ordinal);

        using var json = await service.PostAsync("/generate", new { prompt = "abc", max_tokens = 0, stream = false });
        Assert.Contains("at position 3", (await json.ProblemAsync(500)).Text("detail"), StringComparison.Ordinal);
        service.Model.FirstLogit = null;
        Assert.Equal(2, (await service.StreamAsync(new { prompt = "ab", max_tokens = 2 })).Tokens.Count);
    }
}
