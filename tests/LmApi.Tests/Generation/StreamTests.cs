using LmApi.Tests.Support;
using LmModel.Tokenization;

namespace LmApi.Tests.Generation;

public sealed class StreamTests
{
    [Fact]
    public async Task A_stream_is_these_bytes()
    {
        await using var service = await LmServiceFixture.StartAsync();
        using var response = await service.PostAsync("/generate", new { prompt = "ab", max_tokens = 3, temperature = 0, seed = 7, logprobs = 2 });
        Golden.Matches("LmApi.Tests/Golden/generate.sse", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_stream_says_that_it_is_not_to_be_cached_or_buffered()
    {
        await using var service = await LmServiceFixture.StartAsync();
        using var response = await service.PostAsync("/generate", new { prompt = "", max_tokens = 1 });
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.ToString());
        Assert.Equal("no", Assert.Single(response.Headers.GetValues("X-Accel-Buffering")));
        Assert.True(response.Headers.CacheControl is { NoCache: true, NoStore: true });
    }

    [Fact]
    public async Task Events_are_tokens_and_then_exactly_one_done()
    {
        await using var service = await LmServiceFixture.StartAsync();
        var stream = await service.StreamAsync(new { prompt = "ab", max_tokens = 5 });
        Assert.Equal(["token", "token", "token", "token", "token", "done"], stream.Events.Select(e => e.Name));
    }

    [Fact]
    public async Task Event_ids_count_from_one_after_the_name_of_the_generation()
    {
        await using var service = await LmServiceFixture.StartAsync();
        var stream = await service.StreamAsync(new { prompt = "ab", max_tokens = 2 });
        var name = stream.Done.Text("id");
        Assert.Equal([$"{name}:1", $"{name}:2", $"{name}:3"], stream.Events.Select(e => e.Id));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Token_texts_together_are_the_text_even_where_tokens_are_parts_of_characters(int seed)
    {
        await using var service = await LmServiceFixture.StartAsync(tokenizer: new ByteTokenizer());
        var stream = await service.StreamAsync(new { prompt = "é", max_tokens = 400, temperature = 2, seed, echo = true, stop = "never" });
        Assert.Equal(stream.Text, stream.Concatenated);
        Assert.StartsWith("é", stream.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_of_words_streams_words()
    {
        var tokenizer = WordTokenizer.FromCorpus("a a a a b b b c c d", 100);
        await using var service = await LmServiceFixture.StartAsync(tokenizer: tokenizer);
        var stream = await service.StreamAsync(new { prompt = "a  b", max_tokens = 5, temperature = 0 });
        Assert.Equal(" c d \n <unk> a", stream.Text);
        Assert.Equal(stream.Text, stream.Concatenated);
        Assert.Equal(" c", stream.Events[0].Data.Text("text"));
    }

    [Fact]
    public async Task A_stop_string_ends_the_text_and_not_even_its_beginning_leaks()
    {
        await using var service = await LmServiceFixture.StartAsync();
        var stream = await service.StreamAsync(new { prompt = "a", max_tokens = 20, temperature = 0, stop = new[] { "xyz", "efg" } });
        Assert.Equal("bcd", stream.Text);
        Assert.Equal("bcd", stream.Concatenated);
        Assert.Equal("stop", stream.Done.Text("finish_reason"));
    }

    [Fact]
    public async Task What_only_looked_like_a_stop_string_is_given_out()
    {
        await using var service = await LmServiceFixture.StartAsync();
        var stream = await service.StreamAsync(new { prompt = "a", max_tokens = 4, temperature = 0, stop = "efg" });
        Assert.Equal("bcde", stream.Text);
        Assert.Equal("bcde", stream.Concatenated);
        Assert.Equal("length", stream.Done.Text("finish_reason"));
    }

    [Fact]
    public async Task Echo_reports_the_prompt_first_and_nothing_predicts_its_first_token()
    {
        await using var service = await LmServiceFixture.StartAsync();
        var stream = await service.StreamAsync(new { prompt = "ab", max_tokens = 2, temperature = 0, echo = true });
        Assert.Equal("abcd", stream.Text);
        Assert.Equal(System.Text.Json.JsonValueKind.Null, stream.Tokens[0].GetProperty("logprob").ValueKind);
        Assert.True(stream.Tokens[1].GetProperty("logprob").GetDouble() < 0);
        Assert.Equal(2, stream.Done.GetProperty("usage").GetProperty("completion_tokens").GetInt32());
    }

    [Fact]
    public async Task Alternatives_come_best_first_and_only_where_asked_for()
    {
        await using var service = await LmServiceFixture.StartAsync();
        var without = await service.StreamAsync(new { prompt = "a", max_tokens = 1, temperature = 0 });
        Assert.False(without.Tokens[0].TryGetProperty("alternatives", out _));

        var with = await service.StreamAsync(new { prompt = "a", max_tokens = 1, temperature = 0, logprobs = 2 });
        var alternatives = with.Tokens[0].GetProperty("alternatives").EnumerateArray().ToList();
        Assert.Equal(["b", "c"], alternatives.Select(a => a.Text("text")));
        Assert.Equal(with.Tokens[0].GetProperty("logprob").GetRawText(), alternatives[0].GetProperty("logprob").GetRawText());
    }

    [Fact]
    public async Task A_model_that_fails_ends_the_stream_with_one_error_event()
    {
        await using var service = await LmServiceFixture.StartAsync();
        service.Model.Failure = new InvalidOperationException("secret detail");
        using var response = await service.PostAsync("/generate", new { prompt = "ab" });
        var stream = await response.StreamedAsync();
        var error = Assert.Single(stream.Events);
        Assert.Equal("error", error.Name);
        Assert.Equal("generation_failed", error.Data.Text("code"));
        Assert.DoesNotContain("secret", error.Data.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Silence_is_filled_with_comments()
    {
        await using var service = await LmServiceFixture.StartAsync(new() { ["Generation:KeepAliveSeconds"] = "7" });
        service.Model.Gate.Close();
        using var response = await service.PostAsync("/generate", new { prompt = "a", max_tokens = 1 });
        using var reader = new EventStreamReader(await response.Content.ReadAsStreamAsync());
        for (var i = 0; i < 2; i++)
        {
            var next = reader.NextAsync();
            while (!next.IsCompleted)
            {
                service.Time.Advance(TimeSpan.FromSeconds(7));
                await Task.Yield();
            }

            Assert.Equal("keep-alive", (await next)?.Comment);
        }

        service.Model.Gate.Open();
        Assert.Equal("done", (await reader.RestAsync())[^1].Name);
    }

    [Fact]
    public async Task After_the_first_token_those_of_a_short_time_are_sent_together()
    {
        await using var service = await LmServiceFixture.StartAsync(new()
        {
            ["Generation:FlushMilliseconds"] = "3",
            ["Generation:KeepAliveSeconds"] = "3600",
        });
        service.Model.Gate.Allow(1);
        using var response = await service.PostAsync("/generate", new { prompt = "a", max_tokens = 5 });
        using var reader = new EventStreamReader(await response.Content.ReadAsStreamAsync());
        Assert.Equal("token", (await reader.NextAsync())?.Name);

        // The clock stands still, so nothing is sent, however long it takes.
        service.Model.Gate.Allow(2);
        var next = reader.NextAsync();
        Assert.False(next.IsCompleted);
        while (!next.IsCompleted)
        {
            service.Time.Advance(TimeSpan.FromMilliseconds(3));
            await Task.Yield();
        }

        Assert.Equal("token", (await next)?.Name);

        // The end does not wait for the clock.
        service.Model.Gate.Open();
        Assert.Equal(["token", "token", "token", "done"], (await reader.RestAsync()).Select(e => e.Name));
    }

    [Fact]
    public async Task Without_a_time_between_them_each_token_is_sent_by_itself()
    {
        await using var service = await LmServiceFixture.StartAsync(new() { ["Generation:FlushMilliseconds"] = "0" });
        service.Model.Gate.Close();
        using var response = await service.PostAsync("/generate", new { prompt = "a", max_tokens = 5 });
        using var reader = new EventStreamReader(await response.Content.ReadAsStreamAsync());
        for (var i = 0; i < 4; i++)
        {
            service.Model.Gate.Allow(1);
            Assert.Equal("token", (await reader.NextAsync())?.Name);
        }

        service.Model.Gate.Open();
        Assert.Equal(["token", "done"], (await reader.RestAsync()).Select(e => e.Name));
    }

    [Fact]
    public async Task Headers_are_sent_before_the_first_token_is_there()
    {
        await using var service = await LmServiceFixture.StartAsync();
        service.Model.Gate.Close();
        using var response = await service.PostAsync("/generate", new { prompt = "a", max_tokens = 1 });
        Assert.Equal(200, (int)response.StatusCode);
        service.Model.Gate.Open();
        Assert.Single((await response.StreamedAsync()).Tokens);
    }
}
