using System.Text.Json;
using LmApi.Tests.Support;

namespace LmApi.Tests.OpenAi;

public sealed class OpenAiCompletionsTests
{
    private const string Path = "/v1/completions";

    [Fact]
    public async Task An_answer_and_a_stream_match_the_golden_files()
    {
        await using var service = await LmServiceFixture.StartAsync(new() { ["Generation:PrefixCacheMiB"] = "0" });
        var request = new { prompt = "ab", max_tokens = 3, temperature = 0, logprobs = 2, seed = 7 };
        using var answer = await service.PostAsync(Path, request);
        Golden.Matches("LmApi.Tests/Golden/openai-completion.json", await answer.Content.ReadAsStringAsync());

        using var stream = await service.PostAsync(Path, new
        {
            prompt = "ab",
            max_tokens = 3,
            temperature = 0,
            stream = true,
            stream_options = new { include_usage = true },
        });
        Assert.Equal("text/event-stream", stream.Content.Headers.ContentType?.MediaType);
        Golden.Matches("LmApi.Tests/Golden/openai-completion.sse", await stream.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_completion_is_the_text_of_generate_with_the_same_seed()
    {
        await using var service = await LmServiceFixture.StartAsync();
        var request = new { prompt = "abc", max_tokens = 20, temperature = 1.5, seed = 3, stop = new[] { "zz" } };
        var own = await service.GenerateAsync(request);
        using var response = await service.PostAsync(Path, request);
        Assert.Equal("3", Assert.Single(response.Headers.GetValues("Generation-Seed")));
        var choice = (await response.JsonAsync(200)).GetProperty("choices")[0];
        Assert.Equal(own.Text("text"), choice.Text("text"));
        Assert.Equal("length", choice.Text("finish_reason"));
    }

    [Fact]
    public async Task Choices_of_several_prompts_come_in_the_order_of_the_prompts()
    {
        await using var service = await LmServiceFixture.StartAsync();
        var prompts = new[] { "a", "hello", "zyx" };
        var json = await AnswerAsync(service, new { prompt = prompts, n = 2, max_tokens = 6, seed = 10, echo = true });
        var choices = json.GetProperty("choices").EnumerateArray().ToList();
        Assert.Equal(Enumerable.Range(0, 6), choices.Select(choice => choice.GetProperty("index").GetInt32()));
        foreach (var (i, choice) in choices.Index())
        {
            var alone = await service.GenerateAsync(
                new { prompt = prompts[i / 2], max_tokens = 6, seed = 10 + (i % 2), echo = true });
            Assert.Equal(alone.Text("text"), choice.Text("text"));
        }

        var usage = json.GetProperty("usage");
        Assert.Equal((9, 36), (usage.GetProperty("prompt_tokens").GetInt32(),
            usage.GetProperty("completion_tokens").GetInt32()));
    }

    [Fact]
    public async Task Streams_of_several_choices_are_the_texts_of_the_answer()
    {
        await using var service = await LmServiceFixture.StartAsync();
        var answer = await AnswerAsync(service, new { prompt = new[] { "a", "q" }, n = 40, max_tokens = 30, seed = 1 });
        using var response = await service.PostAsync(
            Path, new { prompt = new[] { "a", "q" }, n = 40, max_tokens = 30, seed = 1, stream = true });
        var texts = new string[80];
        foreach (var choice in Chunks(await response.Content.ReadAsStringAsync()))
        {
            texts[choice.GetProperty("index").GetInt32()] += choice.Text("text");
        }

        Assert.Equal(answer.GetProperty("choices").EnumerateArray().Select(choice => choice.Text("text")), texts);
    }

    [Fact]
    public async Task Best_of_returns_the_most_probable_texts()
    {
        await using var service = await LmServiceFixture.StartAsync();
        var all = await AnswerAsync(
            service, new { prompt = "a", n = 6, max_tokens = 8, seed = 5, temperature = 2, logprobs = 0 });
        var best = await AnswerAsync(
            service, new { prompt = "a", n = 2, best_of = 6, max_tokens = 8, seed = 5, temperature = 2 });
        var expected = all.GetProperty("choices").EnumerateArray()
            .OrderByDescending(choice => choice.GetProperty("logprobs").GetProperty("token_logprobs").EnumerateArray()
                .Average(logprob => logprob.GetDouble()))
            .Take(2)
            .Select(choice => choice.Text("text"));
        Assert.Equal(expected, best.GetProperty("choices").EnumerateArray().Select(choice => choice.Text("text")));
        Assert.Equal(48, best.GetProperty("usage").GetProperty("completion_tokens").GetInt32());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task An_evaluation_harness_gets_the_exact_scores_of_the_library(int maxTokens)
    {
        await using var service = await LmServiceFixture.StartAsync(realModel: true);
        var tokens = service.Tokenizer.Encode("the quick brown fox jumps over the lazy dog");
        var json = await AnswerAsync(service, new
        {
            model = service.Host.Model.Name,
            prompt = new[] { tokens, tokens[..1], tokens[5..] },
            temperature = 0,
            max_tokens = maxTokens,
            logprobs = 1,
            seed = 1234,
            echo = true,
        });

        using var scored = await service.PostAsync("/score", new { tokens });
        var exact = (await scored.JsonAsync(200)).GetProperty("scores")[0].GetProperty("tokens").EnumerateArray()
            .Select(token => token.GetProperty("logprob").GetRawText());
        var logprobs = json.GetProperty("choices")[0].GetProperty("logprobs");
        Assert.Equal(
            exact,
            logprobs.GetProperty("token_logprobs").EnumerateArray().Take(tokens.Length).Select(p => p.GetRawText()));
        Assert.Equal(tokens.Length + maxTokens, logprobs.GetProperty("tokens").GetArrayLength());
        Assert.All(Enumerable.Range(1, tokens.Length - 1), i =>
        {
            // The way in which the harness decides whether a token is the greedy choice.
            var top = logprobs.GetProperty("top_logprobs")[i];
            var token = logprobs.GetProperty("token_logprobs")[i].GetDouble();
            Assert.Equal(token, top.GetProperty(logprobs.GetProperty("tokens")[i].GetString()!).GetDouble());
            Assert.True(top.EnumerateObject().Max(p => p.Value.GetDouble()) >= token);
        });
    }

    [Fact]
    public async Task Offsets_say_where_the_text_of_each_token_begins()
    {
        await using var service = await LmServiceFixture.StartAsync();
        var choice = (await AnswerAsync(
            service, new { prompt = "abc", max_tokens = 4, temperature = 0, logprobs = 0, echo = true }))
            .GetProperty("choices")[0];
        var (text, logprobs) = (choice.Text("text"), choice.GetProperty("logprobs"));
        Assert.All(Enumerable.Range(0, 7), i => Assert.Equal(
            logprobs.GetProperty("tokens")[i].GetString(),
            text.Substring(logprobs.GetProperty("text_offset")[i].GetInt32(), 1)));
    }

    [Theory]
    [InlineData("""{"prompt":"a","tools":[{}]}""", "tools", "unknown_field")]
    [InlineData("""{"prompt":"a","suffix":"b"}""", "suffix", "not_available")]
    [InlineData("""{"prompt":"a","temprature":1}""", "temprature", "unknown_field")]
    [InlineData("""{"prompt":"a","n":3,"best_of":2}""", "best_of", "out_of_range")]
    [InlineData("""{"prompt":"a","best_of":2,"stream":true}""", "best_of", "out_of_range")]
    [InlineData("""{"prompt":["a",{}]}""", "prompt[1]", "wrong_type")]
    [InlineData("""{"prompt":[[1,2],[1,99999]]}""", "prompt[1][1]", "unknown_token")]
    [InlineData("""{"prompt":"a","n":128,"logprobs":1,"max_tokens":4096}""", "logprobs", "too_many")]
    [InlineData("""{"prompt":["a","b","c"],"n":128}""", "prompt", "too_many")]
    public async Task What_is_not_valid_is_named_in_the_shape_of_OpenAI(string body, string param, string code)
    {
        await using var service = await LmServiceFixture.StartAsync();
        using var response = await service.PostAsync(Path, body);
        var error = (await response.JsonAsync(400)).GetProperty("error");
        Assert.Equal(
            ("invalid_request_error", param, code), (error.Text("type"), error.Text("param"), error.Text("code")));
    }

    [Fact]
    public async Task Members_without_effect_are_accepted()
    {
        await using var service = await LmServiceFixture.StartAsync();
        await AnswerAsync(service, new
        {
            prompt = "a",
            max_tokens = 1,
            user = "me",
            metadata = new { a = 1 },
            store = true,
            suffix = "",
        });
    }

    [Fact]
    public async Task Other_models_are_not_found_unless_any_name_is_accepted()
    {
        await using (var service = await LmServiceFixture.StartAsync())
        {
            using var response = await service.PostAsync(Path, new { model = "gpt-4", prompt = "a" });
            var error = (await response.JsonAsync(404)).GetProperty("error");
            Assert.Equal("model_not_found", error.Text("code"));
            Assert.Contains(service.Host.Model.Name, error.Text("message"), StringComparison.Ordinal);
            await AnswerAsync(service, new { model = "http://localhost:1/v1", prompt = "a", max_tokens = 1 });
        }

        await using var lenient = await LmServiceFixture.StartAsync(new() { ["Clients:AnyModel"] = "true" });
        var answer = await AnswerAsync(lenient, new { model = "gpt-4", prompt = "a", max_tokens = 1 });
        Assert.Equal(lenient.Host.Model.Name, answer.Text("model"));
    }

    [Fact]
    public async Task A_full_service_and_a_failure_are_reported_in_the_shape_of_OpenAI()
    {
        await using var service = await LmServiceFixture.StartAsync(
            new() { ["Inference:BatchSize"] = "1", ["Generation:MaxWaiting"] = "0" });
        service.Model.Gate.Close();
        using (var running = await service.PostAsync(Path, new { prompt = "a", max_tokens = 1, stream = true }))
        using (var refused = await service.PostAsync(Path, new { prompt = "a" }))
        {
            Assert.Equal("2", Assert.Single(refused.Headers.GetValues("Retry-After")));
            var error = (await refused.JsonAsync(429)).GetProperty("error");
            Assert.Equal(("rate_limit_error", "overloaded"), (error.Text("type"), error.Text("code")));
            service.Model.Gate.Open();
            Assert.NotEmpty(Chunks(await running.Content.ReadAsStringAsync()));
        }

        service.Model.Failure = new InvalidOperationException();
        using var failed = await service.PostAsync(Path, new { prompt = "abc", stream = true });
        var frame = (await failed.Content.ReadAsStringAsync()).TrimEnd();
        var inStream = JsonDocument.Parse(frame["data: ".Length..]).RootElement.GetProperty("error");
        Assert.Equal(("server_error", "generation_failed"), (inStream.Text("type"), inStream.Text("code")));
    }

    [Fact]
    public async Task Errors_before_the_body_is_read_have_that_shape_too()
    {
        await using var service = await LmServiceFixture.StartAsync();
        using var client = service.CreateClient();
        using var noJson = await client.PostAsync(new Uri(Path, UriKind.Relative), new StringContent("{}"));
        Assert.Equal(
            "unsupported_media_type", (await noJson.JsonAsync(415)).GetProperty("error").Text("code"));
        using var unknown = await client.GetAsync(new Uri("/v1/fine_tuning/jobs", UriKind.Relative));
        Assert.Equal("not_found", (await unknown.JsonAsync(404)).GetProperty("error").Text("code"));
        using var malformed = await service.PostAsync(Path, "{");
        Assert.Equal("malformed_json", (await malformed.JsonAsync(400)).GetProperty("error").Text("code"));
    }

    [Fact]
    public async Task The_model_is_listed_and_described()
    {
        await using var service = await LmServiceFixture.StartAsync();
        using var client = service.CreateClient();
        using var list = await client.GetAsync(new Uri("/v1/models", UriKind.Relative));
        var model = Assert.Single((await list.JsonAsync(200)).GetProperty("data").EnumerateArray());
        Assert.Equal(("model", service.Host.Model.Name), (model.Text("object"), model.Text("id")));
        using var one = await client.GetAsync(new Uri($"/v1/models/{model.Text("id")}", UriKind.Relative));
        Assert.Equal(model.GetRawText(), (await one.JsonAsync(200)).GetRawText());
        using var other = await client.GetAsync(new Uri("/v1/models/meta/llama", UriKind.Relative));
        Assert.Equal("model_not_found", (await other.JsonAsync(404)).GetProperty("error").Text("code"));
    }

    private static async Task<JsonElement> AnswerAsync(LmServiceFixture service, object request)
    {
        using var response = await service.PostAsync(Path, request);
        return await response.JsonAsync(200);
    }

    /// <summary>The choices of all chunks of a stream that ends as it should.</summary>
    private static IEnumerable<JsonElement> Chunks(string stream)
    {
        var frames = stream.Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("data: [DONE]", frames[^1]);
        return frames[..^1].SelectMany(frame =>
            JsonDocument.Parse(frame["data: ".Length..]).RootElement.GetProperty("choices").EnumerateArray());
    }
}
