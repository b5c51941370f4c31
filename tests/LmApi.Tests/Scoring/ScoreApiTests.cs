using System.Text;
using System.Text.Json;
using LmApi.Tests.Support;

namespace LmApi.Tests.Scoring;

public sealed class ScoreApiTests
{
    [Fact]
    public async Task A_score_is_that_of_an_echoed_prompt_and_its_sums_are_those_of_its_tokens()
    {
        await using var service = await LmServiceFixture.StartAsync(realModel: true);
        using var response = await service.PostAsync("/score", new { text = "abc de" });
        var answer = await response.JsonAsync(200);
        var score = Assert.Single(answer.GetProperty("scores").EnumerateArray());
        var tokens = score.GetProperty("tokens").EnumerateArray().ToList();
        var echoed = await service.GenerateAsync(
            new { prompt = "abc de", max_tokens = 0, echo = true, logprobs = 1, stream = false });

        Assert.Equal("alphabet", answer.Text("model"));
        Assert.Equal("abc de", string.Concat(tokens.Select(t => t.Text("text"))));
        Assert.Equal(
            echoed.GetProperty("tokens").EnumerateArray().Select(t => Logprob(t) is { } p ? (float?)p : null),
            tokens.Select(t => Logprob(t) is { } p ? (float?)p : null));
        Assert.Equal(5, score.GetProperty("scored_tokens").GetInt32());
        Assert.Equal(score.GetProperty("nats").GetDouble(), -tokens.Sum(t => Logprob(t) ?? 0), 1e-12);
        Assert.False(score.TryGetProperty("lines", out _));
    }

    [Fact]
    public async Task Runs_of_the_training_text_are_reported()
    {
        await using var service = await LmServiceFixture.StartAsync();
        using var response = await service.PostAsync(
            "/score", new { tokens = new[] { 9, 1, 2, 3, 4, 5, 6, 3 }, copied = true, logprobs = false });
        var score = (await response.JsonAsync(200)).GetProperty("scores")[0];
        Assert.Equal("""[{"start":1,"tokens":6}]""", score.GetProperty("copied").GetRawText());
    }

    [Fact]
    public async Task Without_a_filter_there_is_nothing_to_find_copies_with()
    {
        await using var service = await LmServiceFixture.StartAsync(
            new() { ["Model:Path"] = Path.Combine(Repository.Root, "models", "tiny") }, realModel: true);
        var problem = await service.RefusedAsync(422, "/score", new { text = "To be", copied = true });
        Assert.Equal(["copied not_available"], problem.Errors());
    }

    [Fact]
    public async Task Several_texts_lines_and_token_ids_are_scored()
    {
        await using var service = await LmServiceFixture.StartAsync(realModel: true);
        using var several = await service.PostAsync(
            "/score", new { text = new[] { "abc", "bcd" }, given = "a", logprobs = false, lines = true });
        var scores = (await several.JsonAsync(200)).GetProperty("scores").EnumerateArray().ToList();
        using var ids = await service.PostAsync("/score", new { tokens = new[] { 4, 5, 6 }, given = "a" });
        var byIds = (await ids.JsonAsync(200)).GetProperty("scores")[0];

        Assert.Equal(2, scores.Count);
        Assert.Equal(scores[0].GetProperty("nats").GetDouble(), byIds.GetProperty("nats").GetDouble());
        Assert.Equal("abc", scores[0].GetProperty("lines")[0].Text("text"));
        Assert.False(scores[0].TryGetProperty("tokens", out _));
    }

    [Fact]
    public async Task Choices_are_ranked_raw_and_by_length()
    {
        await using var service = await LmServiceFixture.StartAsync(realModel: true);
        using var response = await service.PostAsync(
            "/score", new { given = "ab", choices = new[] { "cccccc", "c", "d" }, logprobs = false });
        var answer = await response.JsonAsync(200);
        var nats = answer.GetProperty("scores").EnumerateArray().Select(s => s.GetProperty("nats").GetDouble());
        var perByte = answer.GetProperty("scores").EnumerateArray()
            .Select(s => s.GetProperty("bits_per_byte").GetDouble());

        Assert.Equal(Order(nats), Indices(answer, "raw"));
        Assert.Equal(Order(perByte), Indices(answer, "normalized"));
        static IEnumerable<int> Order(IEnumerable<double> losses) =>
            losses.Index().OrderBy(l => l.Item).Select(l => l.Index);
        static IEnumerable<int> Indices(JsonElement answer, string by) =>
            answer.GetProperty("ranking").GetProperty(by).EnumerateArray().Select(i => i.GetInt32());
    }

    [Theory]
    [InlineData("{}", "text", "missing")]
    [InlineData("""{"text":"a","tokens":[4]}""", "text", "missing")]
    [InlineData("""{"choices":["a"]}""", "given", "missing")]
    [InlineData("""{"text":""}""", "text", "too_short")]
    [InlineData("""{"text":["a","語"]}""", "text[1]", "unknown_character")]
    [InlineData("""{"tokens":[4,9999]}""", "tokens[1]", "unknown_token")]
    [InlineData("""{"tokens":[]}""", "tokens", "too_short")]
    [InlineData("""{"text":"a","logprob":true}""", "logprob", "unknown_field")]
    public async Task Wrong_bodies_are_refused_with_the_field(string body, string field, string code)
    {
        await using var service = await LmServiceFixture.StartAsync();
        var problem = await service.RefusedAsync(422, "/score", body);
        var error = Assert.Single(problem.GetProperty("errors").EnumerateArray());

        Assert.Equal((field, code), (error.Text("field"), error.Text("code")));
    }

    [Fact]
    public async Task A_text_longer_than_a_prompt_may_be_is_refused()
    {
        await using var service = await LmServiceFixture.StartAsync(new() { ["Generation:MaxPromptTokens"] = "4" });
        var problem = await service.RefusedAsync(422, "/score", new { text = "abc", given = "de" });

        Assert.Equal("too_long", Assert.Single(problem.GetProperty("errors").EnumerateArray()).Text("code"));
    }

    [Fact]
    public async Task Lines_are_answered_in_order_and_a_wrong_one_does_not_end_the_stream()
    {
        await using var service = await LmServiceFixture.StartAsync(realModel: true);
        var lines = Enumerable.Range(0, 500)
            .Select(i => i % 50 == 7 ? "{\"text\":5}" : $"\"{new string((char)('a' + (i % 26)), 1 + (i % 40))}\"")
            .Append("""{"text":"abc","given":"a"}""")
            .Append("not json")
            .ToList();
        var answers = await LinesAsync(service, string.Join('\n', lines) + "\n\n");

        Assert.Equal(Enumerable.Range(1, 502), answers.Select(a => a.GetProperty("line").GetInt32()));
        Assert.Equal(
            Enumerable.Range(0, 500).Select(i => i % 50 == 7).Append(false).Append(true),
            answers.Select(a => a.TryGetProperty("error", out _)));
        Assert.Equal("malformed_json", answers[^1].GetProperty("error").Text("code"));
        Assert.Equal("text", answers[7].GetProperty("error").GetProperty("errors")[0].Text("field"));
        using var alone = await service.PostAsync("/score", new { text = "abc", given = "a" });
        Assert.Equal(
            (await alone.JsonAsync(200)).GetProperty("scores")[0].GetProperty("nats").GetDouble(),
            answers[^2].GetProperty("score").GetProperty("nats").GetDouble());
    }

    [Fact]
    public async Task A_line_is_answered_before_the_next_one_is_sent()
    {
        await using var service = await LmServiceFixture.StartOnPortAsync();
        using var client = await RawClient.ConnectAsync(service);
        await client.SendAsync(RawClient.Head(
            "POST", "/score", "Content-Type: application/x-ndjson", "Transfer-Encoding: chunked", "Connection: close"));
        var expected = 0;
        for (var line = 1; line <= 3; line++)
        {
            await client.SendAsync("6\r\n\"abc\"\n\r\n");
            expected = (await client.WaitForTextAsync($"{{\"line\":{line},", expected)) + 1;
        }

        await client.SendAsync("0\r\n\r\n");
        Assert.EndsWith("0\r\n\r\n", await client.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_line_longer_than_a_body_may_be_ends_the_stream_with_an_error()
    {
        await using var service = await LmServiceFixture.StartAsync(new() { ["Generation:MaxBodyBytes"] = "1024" });
        var answers = await LinesAsync(service, $"\"abc\"\n\"{new string('a', 3000)}\"\n\"abc\"\n");

        Assert.Equal(2, answers.Count);
        Assert.Equal("body_too_large", answers[1].GetProperty("error").Text("code"));
    }

    private static double? Logprob(JsonElement token) =>
        token.GetProperty("logprob") is { ValueKind: JsonValueKind.Number } p ? p.GetDouble() : null;

    private static async Task<List<JsonElement>> LinesAsync(LmServiceFixture service, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/x-ndjson");
        using var response = await service.CreateClient().PostAsync(new Uri("/score", UriKind.Relative), content);
        Assert.Equal(200, (int)response.StatusCode);
        Assert.Equal("application/x-ndjson", response.Content.Headers.ContentType?.MediaType);
        return [.. (await response.Content.ReadAsStringAsync())
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonDocument.Parse(line).RootElement)];
    }
}
