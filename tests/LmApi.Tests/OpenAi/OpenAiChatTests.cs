using LmApi.Tests.Support;
using LmModel.Chat;

namespace LmApi.Tests.OpenAi;

public sealed class OpenAiChatTests
{
    private const string Path = "/v1/chat/completions";

    private static readonly object[] Hello = [new { role = "user", content = "ab" }];

    [Fact]
    public async Task An_answer_and_a_stream_match_the_golden_files()
    {
        await using var service = await LmServiceFixture.StartAsync(new() { ["Generation:PrefixCacheMiB"] = "0" });
        using var answer = await service.PostAsync(
            Path,
            new { messages = Hello, max_tokens = 3, temperature = 0, logprobs = true, top_logprobs = 2, seed = 7 });
        Golden.Matches("LmApi.Tests/Golden/openai-chat.json", await answer.Content.ReadAsStringAsync());
        using var stream = await service.PostAsync(
            Path, new { messages = Hello, max_tokens = 3, temperature = 0, seed = 7, stream = true });
        Golden.Matches("LmApi.Tests/Golden/openai-chat.sse", await stream.Content.ReadAsStringAsync());
    }

    [Fact]
    public void Messages_are_paragraphs_and_an_answer_continues_the_one_before_it()
    {
        ChatMessage[] messages =
        [
            new(ChatTemplate.System, "A tale."),
            new(ChatTemplate.User, "Once"),
            new(ChatTemplate.Assistant, " upon a time."),
            new(ChatTemplate.User, "Then"),
        ];
        Assert.Equal("A tale.\n\nOnce upon a time.\n\nThen", ChatPrompt.Of(null, messages).Text);
    }

    [Fact]
    public async Task A_models_own_template_makes_the_prompt_and_ends_the_answer()
    {
        var folder = TestModel.Save(TestModel.Tokenizer);
        await File.WriteAllTextAsync(
            System.IO.Path.Combine(folder, "chat_template.txt"), "[user]\nq {{content}}.\n[reply]\n");
        await using var service = await LmServiceFixture.StartAsync(new() { ["Model:Path"] = folder });
        using var response = await service.PostAsync(
            Path, new { messages = Hello, max_tokens = 40, temperature = 0, seed = 1 });
        using var refused = await service.PostAsync(
            Path, new { messages = new[] { new { role = "system", content = "a" } } });
        var choice = (await response.JsonAsync(200)).GetProperty("choices")[0];
        var own = await service.GenerateAsync(
            new { prompt = "q ab.", max_tokens = 40, temperature = 0, seed = 1, stop = "q" });
        Assert.Equal(("stop", own.Text("finish_reason")), (choice.Text("finish_reason"), "stop"));
        Assert.Equal("messages", (await refused.JsonAsync(400)).GetProperty("error").Text("param"));
        Assert.Equal(own.Text("text"), choice.GetProperty("message").Text("content"));
    }

    [Fact]
    public async Task A_later_turn_continues_from_the_state_after_the_earlier_answer()
    {
        await using var service = await LmServiceFixture.StartAsync();
        using var first = await service.PostAsync(Path, new { messages = Hello, max_tokens = 5, seed = 1 });
        var said = (await first.JsonAsync(200)).GetProperty("choices")[0].GetProperty("message").Text("content");
        using var second = await service.PostAsync(Path, new
        {
            messages = new object[]
            {
                Hello[0],
                new { role = "assistant", content = said },
                new { role = "user", content = new[] { new { type = "text", text = "xyz" } } },
            },
            max_completion_tokens = 4,
            max_tokens = 9,
            seed = 2,
        });
        var json = await second.JsonAsync(200);
        var own = await service.GenerateAsync(new { prompt = $"ab{said}\n\nxyz", max_tokens = 4, seed = 2 });
        Assert.Equal(own.Text("text"), json.GetProperty("choices")[0].GetProperty("message").Text("content"));
        Assert.True(json.GetProperty("usage").GetProperty("prompt_tokens_details").GetProperty("cached_tokens")
            .GetInt32() >= 2);
    }

    [Theory]
    [InlineData("""{"messages":[]}""", "messages", "too_short")]
    [InlineData("""{"messages":[{"role":"tool","content":"a"}]}""", "messages[0].role", "wrong_type")]
    [InlineData("""{"messages":[{"role":"user"}]}""", "messages[0].content", "wrong_type")]
    [InlineData(
        """{"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"x"}}]}]}""",
        "messages[0].content[0]", "wrong_type")]
    [InlineData("""{"messages":[{"role":"user","content":"a"}],"tools":[{}]}""", "tools", "not_available")]
    [InlineData(
        """{"messages":[{"role":"user","content":"a"}],"response_format":{"type":"json_object"}}""",
        "response_format", "not_available")]
    [InlineData("""{"messages":[{"role":"user","content":"a"}],"top_logprobs":1}""", "top_logprobs", "not_available")]
    public async Task What_cannot_be_honoured_is_named(string body, string param, string code)
    {
        await using var service = await LmServiceFixture.StartAsync();
        using var response = await service.PostAsync(Path, body);
        var error = (await response.JsonAsync(400)).GetProperty("error");
        Assert.Equal((param, code), (error.Text("param"), error.Text("code")));
    }

    [Fact]
    public async Task Members_that_ask_for_nothing_are_accepted()
    {
        await using var service = await LmServiceFixture.StartAsync();
        using var response = await service.PostAsync(Path, """
            {"messages":[{"role":"user","content":"a"}],"max_tokens":1,"tools":[],"tool_choice":"auto",
             "response_format":{"type":"text"},"modalities":["text"],"functions":null,"user":"me","store":true}
            """);
        await response.JsonAsync(200);
    }

    [Fact]
    public async Task A_response_and_its_events_match_the_golden_files()
    {
        await using var service = await LmServiceFixture.StartAsync(new() { ["Generation:PrefixCacheMiB"] = "0" });
        var request = new { input = "ab", max_output_tokens = 2, temperature = 0, seed = 7 };
        using var answer = await service.PostAsync("/v1/responses", request);
        Golden.Matches("LmApi.Tests/Golden/openai-response.json", await answer.Content.ReadAsStringAsync());
        using var stream = await service.PostAsync("/v1/responses", new
        {
            input = Hello,
            instructions = "abc",
            max_output_tokens = 9,
            temperature = 0,
            seed = 7,
            stop = "fg",
            stream = true,
        });
        Golden.Matches("LmApi.Tests/Golden/openai-response.sse", await stream.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_response_that_breaks_off_ends_with_the_event_failed()
    {
        await using var service = await LmServiceFixture.StartAsync();
        service.Model.Failure = new InvalidOperationException();
        using var response = await service.PostAsync("/v1/responses", new { input = "abc", stream = true });
        using var reader = new EventStreamReader(await response.Content.ReadAsStreamAsync());
        var last = (await reader.RestAsync())[^1];
        Assert.Equal("response.failed", last.Name);
        Assert.Equal("generation_failed", last.Data.GetProperty("response").GetProperty("error").Text("code"));
    }

    [Fact]
    public async Task A_response_cannot_follow_one_that_was_not_kept()
    {
        await using var service = await LmServiceFixture.StartAsync();
        using var response = await service.PostAsync(
            "/v1/responses", new { input = "a", previous_response_id = "resp_1" });
        Assert.Equal(
            "previous_response_id", (await response.JsonAsync(400)).GetProperty("error").Text("param"));
    }

    [Fact]
    public async Task Embeddings_are_refused_with_the_reason()
    {
        await using var service = await LmServiceFixture.StartAsync();
        using var response = await service.PostAsync("/v1/embeddings", new { input = "a" });
        Assert.Contains(
            "no embeddings", (await response.JsonAsync(400)).GetProperty("error").Text("message"),
            StringComparison.Ordinal);
    }
}
