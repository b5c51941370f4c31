using System.Text.Json;
using LmApi.Tests.Support;
using LmModel.Tokenization;

namespace LmApi.Tests.Generation;

public sealed partial class ValidationTests : IAsyncLifetime
{
    private LmServiceFixture _service = null!;

    public async ValueTask InitializeAsync() =>
        _service = await LmServiceFixture.StartAsync(
            new() { ["Generation:MaxPromptTokens"] = "50", ["Generation:MaxBodyBytes"] = "2000" }
        );

    public ValueTask DisposeAsync() => _service.DisposeAsync();

    [Fact]
    public async Task All_errors_are_reported_at_once()
    {
        var problem = await _service.RefusedAsync(422, "/generate", new
        {
            prompt = "ab",
            temprature = 1,
            top_p = 2,
            max_tokens = "many",
            stop = new[] { "a", "" },
            logit_bias = new Dictionary<string, object> { ["0"] = 1, ["7000"] = 1, ["a"] = 1, ["1"] = 200 },
        });
        Assert.Equal("invalid_request", problem.Text("code"));
        Assert.Equal(
            [
                "temprature unknown_field",
                "max_tokens wrong_type",
                "logit_bias.a unknown_token",
                "logit_bias.1 out_of_range",
                "top_p out_of_range",
                "stop[1] too_short",
            ],
            problem.Errors());
    }

    [Fact]
    public async Task An_error_reports_the_field_the_limit_the_value_and_a_code()
    {
        var problem = await _service.RefusedAsync(422, "/generate", """{"prompt":"a","top_p":0,"temperature":3}""");
        Golden.Matches("LmApi.Tests/Golden/invalid.json", WithoutTrace(problem));
    }

    [Theory]
    [InlineData("temprature", "temperature")]
    [InlineData("maxTokens", "max_tokens")]
    [InlineData("max_new_tokens", "max_tokens")]
    [InlineData("n_predict", "max_tokens")]
    [InlineData("topp", "top_p")]
    [InlineData("Prompt", "prompt")]
    [InlineData("xyzzy", null)]
    public async Task An_unknown_member_is_refused_with_a_suggestion(string name, string? suggestion)
    {
        var problem = await _service.RefusedAsync(422, "/generate", $$"""{"prompt":"a","{{name}}":1}""");
        var error = Assert.Single(problem.GetProperty("errors").EnumerateArray());
        Assert.Equal((name, "unknown_field"), (error.Text("field"), error.Text("code")));
        Assert.Equal(suggestion, error.TryGetProperty("suggestion", out var given) ? given.GetString() : null);
    }

    [Theory]
    [InlineData("""{"prompt":"a","temperature":0}""")]
    [InlineData("""{"prompt":"a","temperature":2}""")]
    [InlineData("""{"prompt":"a","temperature":1e-300}""")]
    [InlineData("""{"prompt":"a","top_p":1.0}""")]
    [InlineData("""{"prompt":"a","top_p":1e-30}""")]
    [InlineData("""{"prompt":"a","top_k":0,"min_p":1}""")]
    [InlineData("""{"prompt":"a","typical_p":0.2,"mirostat":2,"mirostat_tau":3,"mirostat_eta":1}""")]
    [InlineData("""{"prompt":"a","mirostat":2.0}""")]
    [InlineData("""{"prompt":"a","mirostat":null,"mirostat_tau":null,"temperature":0}""")]
    [InlineData("""{"prompt":"a","max_tokens":10.0,"top_k":1e1}""")]
    [InlineData("""{"prompt":"a","seed":9007199254740991}""")]
    [InlineData("""{"prompt":"a","seed":null,"stop":null,"stream":null,"temperature":null,"logit_bias":null}""")]
    [InlineData("""{"prompt":"a","neural_cache":null}""")]
    [InlineData("""{"prompt":"a","neural_cache":{"size":1,"theta":0,"lambda":0}}""")]
    [InlineData("""{"prompt":"a","neural_cache":{"lambda":0.999,"theta":1000,"size":2e3}}""")]
    [InlineData("""{"prompt":"a","guard":null}""")]
    [InlineData("""{"prompt":"a","guard":{"verbatim":5}}""")]
    [InlineData("""{"prompt":"a","guard":{"verbatim":1024}}""")]
    [InlineData("""{"prompt":"a","stop":[]}""")]
    [InlineData("""{"prompt":"a","stop":["1","2","3","4"]}""")]
    [InlineData("""{"prompt":"","logit_bias":{"3":-100}}""")]
    [InlineData("""{"prompt":"😀"}""")]
    public async Task Valid_requests_are_accepted(string body)
    {
        using var response = await _service.PostAsync("/generate", body, "application/json");
        await response.JsonAsync(200);
    }

    [Theory]
    [InlineData("""{}""", "prompt missing")]
    [InlineData("""{"prompt":null}""", "prompt missing")]
    [InlineData("""[]""", " wrong_type")]
    [InlineData("""{"prompt":1}""", "prompt wrong_type")]
    [InlineData("""{"prompt":"a","prompt":"b"}""", "prompt duplicate_field")]
    [InlineData("""{"prompt":"A"}""", "prompt unknown_character")]
    [InlineData("""{"prompt":"\ud800"}""", "prompt invalid_text")]
    [InlineData("""{"prompt":"a","stop":["\udc00"]}""", "stop[0] invalid_text")]
    [InlineData("""{"prompt":"a","\ud800":"\ud800"}""", " invalid_text")]
    [InlineData("""{"prompt":"a","x":"\ud800"}""", "x unknown_field")]
    [InlineData("""{"prompt":"a","temperature":-0.1}""", "temperature out_of_range")]
    [InlineData("""{"prompt":"a","temperature":1e999}""", "temperature out_of_range")]
    [InlineData("""{"prompt":"a","temperature":"1"}""", "temperature wrong_type")]
    [InlineData("""{"prompt":"a","top_p":0}""", "top_p out_of_range")]
    [InlineData("""{"prompt":"a","top_p":1e-60}""", "top_p out_of_range")]
    [InlineData("""{"prompt":"a","typical_p":0}""", "typical_p out_of_range")]
    [InlineData("""{"prompt":"a","mirostat":1}""", "mirostat out_of_range")]
    [InlineData("""{"prompt":"a","mirostat":true}""", "mirostat wrong_type")]
    [InlineData("""{"prompt":"a","mirostat":0,"mirostat_tau":0}""", "mirostat_tau out_of_range")]
    [InlineData("""{"prompt":"a","mirostat":2,"mirostat_eta":1.1}""", "mirostat_eta out_of_range")]
    [InlineData("""{"prompt":"a","max_tokens":-1}""", "max_tokens out_of_range")]
    [InlineData("""{"prompt":"a","max_tokens":1e999}""", "max_tokens out_of_range")]
    [InlineData("""{"prompt":"a","max_tokens":1.5}""", "max_tokens wrong_type")]
    [InlineData("""{"prompt":"a","seed":9007199254740992}""", "seed out_of_range")]
    [InlineData("""{"prompt":"a","seed":-1}""", "seed out_of_range")]
    [InlineData("""{"prompt":"a","logprobs":21}""", "logprobs out_of_range")]
    [InlineData("""{"prompt":"a","neural_cache":2000}""", "neural_cache wrong_type")]
    [InlineData(
        """{"prompt":"a","neural_cache":{"size":2001,"theta":1,"lambda":0.1}}""",
        "neural_cache.size out_of_range"
    )]
    [InlineData(
        """{"prompt":"a","neural_cache":{"size":1.5,"theta":1,"lambda":0.1}}""",
        "neural_cache.size wrong_type"
    )]
    [InlineData(
        """{"prompt":"a","neural_cache":{"size":9,"theta":1001,"lambda":0.1}}""",
        "neural_cache.theta out_of_range"
    )]
    [InlineData(
        """{"prompt":"a","neural_cache":{"size":9,"theta":1,"lambda":1}}""",
        "neural_cache.lambda out_of_range"
    )]
    [InlineData(
        """{"prompt":"a","neural_cache":{"size":9,"theta":1,"lambda":0.99999999999}}""",
        "neural_cache.lambda out_of_range"
    )]
    [InlineData("""{"prompt":"a","neural_cache":{"size":9,"theta":1,"lambda":null}}""", "neural_cache.lambda missing")]
    [InlineData(
        """{"prompt":"a","neural_cache":{"size":9,"size":9,"theta":1,"lambda":0.1}}""",
        "neural_cache.size duplicate_field"
    )]
    [InlineData(
        """{"prompt":"a","neural_cache":{"size":9,"theta":1,"lambda":0.1,"\ud800":1}}""",
        "neural_cache invalid_text"
    )]
    [InlineData("""{"prompt":"a","guard":12}""", "guard wrong_type")]
    [InlineData("""{"prompt":"a","guard":{}}""", "guard.verbatim missing")]
    [InlineData("""{"prompt":"a","guard":{"verbatim":3}}""", "guard.verbatim out_of_range")]
    [InlineData("""{"prompt":"a","guard":{"verbatim":4}}""", "guard.verbatim out_of_range")]
    [InlineData("""{"prompt":"a","guard":{"verbatim":1025}}""", "guard.verbatim out_of_range")]
    [InlineData("""{"prompt":"a","guard":{"n":12,"verbatim":12}}""", "guard.n unknown_field")]
    [InlineData("""{"prompt":"a","repetition_penalty":0}""", "repetition_penalty out_of_range")]
    [InlineData("""{"prompt":"a","echo":"yes"}""", "echo wrong_type")]
    [InlineData("""{"prompt":"a","stop":["1","2","3","4","5"]}""", "stop too_many")]
    [InlineData("""{"prompt":"a","stop":3}""", "stop wrong_type")]
    [InlineData("""{"prompt":"a","logit_bias":{"34":1}}""", "logit_bias.34 unknown_token")]
    [InlineData("""{"prompt":"a","logit_bias":{"1":1,"01":1}}""", "logit_bias.01 duplicate_field")]
    [InlineData("""{"prompt":"a","logit_bias":[1]}""", "logit_bias wrong_type")]
    [InlineData("""{"prompt":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}""", "prompt too_long")]
    public async Task Invalid_requests_are_refused(string body, string error)
    {
        var problem = await _service.RefusedAsync(422, "/generate", body);
        Assert.Equal([error], problem.Errors());
    }

    [Fact]
    public async Task All_errors_inside_an_object_are_reported_with_path_limit_and_suggestion()
    {
        var problem = await _service.RefusedAsync(
            422,
            "/generate",
            """{"prompt":"a","neural_cache":{"sise":9,"theta":-1,"lambda":1}}""");

        Assert.Equal(
            [
                "neural_cache.sise unknown_field",
                "neural_cache.size missing",
                "neural_cache.theta out_of_range",
                "neural_cache.lambda out_of_range",
            ],
            problem.Errors());
        var errors = problem.GetProperty("errors");
        Assert.Equal("There is no `neural_cache.sise`; did you mean `neural_cache.size`?", errors[0].Text("message"));
        Assert.Equal(
            "`neural_cache.size` is missing; it must be an integer from 1 to 2000.",
            errors[1].Text("message"));
        Assert.Equal("`neural_cache.lambda` must be a number of at least 0 and below 1.", errors[3].Text("message"));
        Assert.Equal(1, errors[3].GetProperty("limit").GetProperty("exclusive_maximum").GetDouble());
        Assert.Equal(1, errors[3].GetProperty("given").GetDouble());
    }

    [Fact]
    public async Task Mirostat_1_is_refused_with_a_reason()
    {
        var problem = await _service.RefusedAsync(422, "/generate", """{"prompt":"a","mirostat":1}""");
        Assert.Equal(
            "`mirostat` must be 0 or 2; version 1 is not offered.",
            Assert.Single(problem.GetProperty("errors").EnumerateArray()).Text("message"));
    }

    [Fact]
    public async Task Unknown_characters_are_reported()
    {
        var problem = await _service.RefusedAsync(422, "/generate", new { prompt = "aXbYX" });
        var error = problem.GetProperty("errors")[0];
        Assert.Equal("XY", error.Text("given"));
        Assert.Contains(
            "'X' (U+0058), 'Y' (U+0059); first at index 1",
            error.Text("message"),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_long_value_is_shortened_in_the_error()
    {
        var problem = await _service.RefusedAsync(
            422,
            "/generate",
            new { prompt = "a", temperature = new string('x', 1000) }
        );
        Assert.InRange(problem.GetProperty("errors")[0].Text("given").Length, 50, 120);
    }

    [Fact]
    public async Task Only_the_first_64_of_a_thousand_errors_are_listed()
    {
        await using var service = await LmServiceFixture.StartAsync(tokenizer: new ByteTokenizer());
        var members = string.Join(',', Enumerable.Range(0, 1000).Select(i => $"\"x{i}\":1"));
        var problem = await service.RefusedAsync(422, "/generate", $$"""{"prompt":"a",{{members}}}""");
        Assert.Equal(64, problem.GetProperty("errors").GetArrayLength());
        Assert.Equal(
            "The body has more than 64 errors; the first 64 are listed.",
            problem.Text("detail"));
    }

    private static string WithoutTrace(JsonElement problem)
    {
        var node = System.Text.Json.Nodes.JsonNode.Parse(problem.GetRawText())!.AsObject();
        Assert.True(node.Remove("trace_id"));
        return node.ToJsonString(
                new()
                {
                    WriteIndented = true,
                    Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
                }
            ) + "\n";
    }
}
