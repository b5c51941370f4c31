using System.Text.Json;
using LmApi.Tests.Support;

namespace LmApi.Tests.Tgi;

public sealed class TgiTests
{
    [Fact]
    public async Task An_answer_and_a_stream_match_the_golden_files()
    {
        await using var service = await LmServiceFixture.StartAsync(new() { ["Generation:PrefixCacheMiB"] = "0" });
        using var answer = await service.PostAsync("/generate", new
        {
            inputs = "ab",
            parameters = new
            {
                max_new_tokens = 3,
                do_sample = false,
                details = true,
                decoder_input_details = true,
                top_n_tokens = 1,
                seed = 7,
            },
        });
        Golden.Matches("LmApi.Tests/Golden/tgi-generate.json", await answer.Content.ReadAsStringAsync());
        using var stream = await service.PostAsync("/generate_stream", new
        {
            inputs = "ab",
            parameters = new { max_new_tokens = 9, temperature = 0, seed = 7, stop = new[] { "ef" } },
        });
        Golden.Matches("LmApi.Tests/Golden/tgi-generate.sse", await stream.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_stop_string_stays_in_the_text_and_the_prompt_comes_before_it_on_demand()
    {
        await using var service = await LmServiceFixture.StartAsync();
        using var answer = await service.PostAsync("/generate", new
        {
            inputs = "ab",
            parameters = new { max_new_tokens = 9, temperature = 0, stop = new[] { "ef" }, return_full_text = true },
        });
        Assert.Equal("abcdef", (await answer.JsonAsync(200)).Text("generated_text"));
    }

    [Fact]
    public async Task Best_of_returns_the_most_probable_text_and_the_others()
    {
        await using var service = await LmServiceFixture.StartAsync();
        using var answer = await service.PostAsync("/generate", new
        {
            inputs = "ab",
            parameters = new { max_new_tokens = 6, temperature = 2, seed = 1, best_of = 4, details = true },
        });
        var details = (await answer.JsonAsync(200)).GetProperty("details");
        static double Mean(JsonElement text) =>
            text.GetProperty("tokens").EnumerateArray().Average(token => token.GetProperty("logprob").GetDouble());
        var others = details.GetProperty("best_of_sequences").EnumerateArray().ToList();
        Assert.Equal(3, others.Count);
        Assert.All(others, other => Assert.True(Mean(other) <= Mean(details)));
    }

    [Fact]
    public async Task Truncate_reads_the_end_of_the_prompt()
    {
        await using var service = await LmServiceFixture.StartAsync();
        var own = await service.GenerateAsync(new { prompt = "yz", max_tokens = 5, seed = 1 });
        using var answer = await service.PostAsync(
            "/generate", new { inputs = "abcxyz", parameters = new { truncate = 2, max_new_tokens = 5, seed = 1 } });
        Assert.Equal(own.Text("text"), (await answer.JsonAsync(200)).Text("generated_text"));
    }

    [Fact]
    public async Task The_root_answers_older_clients_with_an_array_or_a_stream()
    {
        await using var service = await LmServiceFixture.StartAsync();
        var request = new { inputs = "ab", stream = false, parameters = new { max_new_tokens = 2 } };
        using var answer = await service.PostAsync("/", request);
        Assert.Single((await answer.JsonAsync(200)).EnumerateArray());
        using var stream = await service.PostAsync("/", request with { stream = true });
        Assert.Equal("text/event-stream", stream.Content.Headers.ContentType?.MediaType);
    }

    [Theory]
    [InlineData("/generate", """{"inputs":"a","parameters":{"temperature":-1}}""", "parameters.temperature")]
    [InlineData("/generate", """{"inputs":"a","parameters":{"grammar":{"type":"regex","value":"a"}}}""", "grammar")]
    [InlineData("/generate_stream", """{"inputs":"a","parameters":{"best_of":2}}""", "best_of")]
    [InlineData("/generate_stream", """{"prompt":"a"}""", "inputs")]
    public async Task Errors_have_the_shape_of_TGI(string path, string body, string named)
    {
        await using var service = await LmServiceFixture.StartAsync();
        using var response = await service.PostAsync(path, body);
        var error = await response.JsonAsync(422);
        Assert.Equal("validation", error.Text("error_type"));
        Assert.Contains(named, error.Text("error"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failure_is_an_error_of_the_generation()
    {
        await using var service = await LmServiceFixture.StartAsync();
        service.Model.Failure = new InvalidOperationException();
        using var response = await service.PostAsync("/generate", new { inputs = "abc" });
        Assert.Equal("generation", (await response.JsonAsync(424)).Text("error_type"));
        service.Model.Failure = new InvalidOperationException();
        using var stream = await service.PostAsync("/generate_stream", new { inputs = "abc" });
        Assert.Contains(
            "\"error_type\":\"generation\"", await stream.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Info_describes_the_service()
    {
        await using var service = await LmServiceFixture.StartAsync();
        using var response = await service.CreateClient().GetAsync(new Uri("/info", UriKind.Relative));
        var info = await response.JsonAsync(200);
        Assert.Equal(
            (service.Host.Model.Name, 16384),
            (info.Text("model_id"), info.GetProperty("max_input_tokens").GetInt32()));
    }

    [Theory]
    [InlineData("""{"content":"ab"}""", """{"tokens":[4,5]}""")]
    [InlineData(
        """{"content":"ab","with_pieces":true}""",
        """{"tokens":[{"id":4,"piece":"a"},{"id":5,"piece":"b"}]}""")]
    [InlineData(
        """{"prompt":"ab","add_special_tokens":false}""",
        """{"count":2,"max_model_len":16384,"tokens":[4,5],"token_strs":null}""")]
    [InlineData(
        """{"inputs":"é€"}""",
        """[{"id":30,"text":"é","start":0,"stop":1},{"id":31,"text":"€","start":1,"stop":2}]""")]
    public async Task Tokenize_answers_in_the_dialect_of_the_member_that_has_the_text(string body, string expected)
    {
        await using var service = await LmServiceFixture.StartAsync();
        using var response = await service.PostAsync("/tokenize", body);
        Assert.Equal(expected, (await response.JsonAsync(200)).GetRawText());
    }
}
