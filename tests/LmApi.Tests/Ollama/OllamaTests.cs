using System.Text.Json;
using LmApi.Tests.Support;

namespace LmApi.Tests.Ollama;

public sealed class OllamaTests
{
    private static readonly object Options = new { num_predict = 3, temperature = 0, seed = 7 };

    [Fact]
    public async Task Lines_and_answers_match_the_golden_files()
    {
        await using var service = await LmServiceFixture.StartAsync(new() { ["Generation:PrefixCacheMiB"] = "0" });
        using var lines = await service.PostAsync(
            "/api/generate", new { model = "alphabet", prompt = "ab", options = Options });
        Assert.Equal("application/x-ndjson", lines.Content.Headers.ContentType?.MediaType);
        Golden.Matches("LmApi.Tests/Golden/ollama-generate.ndjson", await lines.Content.ReadAsStringAsync());
        using var chat = await service.PostAsync("/api/chat", new
        {
            messages = new[] { new { role = "user", content = "ab" } },
            options = Options,
            logprobs = true,
            top_logprobs = 1,
            stream = false,
        });
        Golden.Matches("LmApi.Tests/Golden/ollama-chat.json", await chat.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_text_is_that_of_generate_with_the_same_options()
    {
        await using var service = await LmServiceFixture.StartAsync();
        var own = await service.GenerateAsync(
            new { prompt = "abc", max_tokens = 30, seed = 3, repetition_penalty = 1.5, top_k = 5, stop = "z" });
        using var response = await service.PostAsync("/api/generate", new
        {
            prompt = "abc",
            stream = true,
            options = new { num_predict = 30, seed = 3, repeat_penalty = 1.5, top_k = 5, stop = new[] { "z" } },
        });
        var lines = await LinesAsync(response);
        Assert.Equal(own.Text("text"), string.Concat(lines.Select(line => line.Text("response"))));
        var last = lines[^1];
        Assert.True(last.GetProperty("done").GetBoolean());
        Assert.Equal(own.Text("finish_reason"), last.Text("done_reason"));
        Assert.Equal(3, last.GetProperty("prompt_eval_count").GetInt32());
    }

    [Fact]
    public async Task Without_a_prompt_the_model_is_said_to_be_loaded()
    {
        await using var service = await LmServiceFixture.StartAsync();
        using var generate = await service.PostAsync("/api/generate", new { model = "alphabet:latest" });
        Assert.Equal("load", (await generate.JsonAsync(200)).Text("done_reason"));
        using var chat = await service.PostAsync("/api/chat", new { messages = Array.Empty<object>() });
        Assert.Equal("", (await chat.JsonAsync(200)).GetProperty("message").Text("content"));
    }

    [Theory]
    [InlineData("/api/generate", """{"prompt":"a","format":"json"}""", 400, "format")]
    [InlineData("/api/generate", """{"prompt":"a","options":{"temperature":9}}""", 400, "options.temperature")]
    [InlineData("/api/generate", """{"prompt":"a","images":["x"]}""", 400, "images")]
    [InlineData("/api/chat", """{"messages":[{"role":"user","content":"a","images":["x"]}]}""", 400, "images")]
    [InlineData("/api/chat", """{"messages":[{"role":"user","content":"a"}],"tools":[{}]}""", 400, "tools")]
    [InlineData("/api/generate", """{"prompt":"a","model":"llama3"}""", 404, "llama3")]
    [InlineData("/api/pull", """{"model":"llama3"}""", 404, "/api/pull")]
    public async Task Errors_have_the_shape_of_Ollama(string path, string body, int status, string named)
    {
        await using var service = await LmServiceFixture.StartAsync();
        using var response = await service.PostAsync(path, body);
        Assert.Contains(named, (await response.JsonAsync(status)).Text("error"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failure_in_a_stream_is_a_line()
    {
        await using var service = await LmServiceFixture.StartAsync();
        service.Model.Failure = new InvalidOperationException();
        using var response = await service.PostAsync("/api/generate", new { prompt = "abc" });
        Assert.Contains("failed", (await LinesAsync(response))[^1].Text("error"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_model_is_listed_and_shown()
    {
        await using var service = await LmServiceFixture.StartAsync();
        using var client = service.CreateClient();
        using var tags = await client.GetAsync(new Uri("/api/tags", UriKind.Relative));
        var tag = Assert.Single((await tags.JsonAsync(200)).GetProperty("models").EnumerateArray());
        Assert.Equal(("alphabet:latest", "gru"), (tag.Text("name"), tag.GetProperty("details").Text("family")));
        using var show = await client.PostAsync("/api/show", new { model = tag.Text("name") });
        Assert.Contains("temperature", (await show.JsonAsync(200)).Text("parameters"), StringComparison.Ordinal);
        using var version = await client.GetAsync(new Uri("/api/version", UriKind.Relative));
        Assert.NotEmpty((await version.JsonAsync(200)).Text("version"));
    }

    private static async Task<IReadOnlyList<JsonElement>> LinesAsync(HttpResponseMessage response) =>
        [.. (await response.Content.ReadAsStringAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonDocument.Parse(line).RootElement)];
}
