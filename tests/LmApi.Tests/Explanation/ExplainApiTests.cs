using LmApi.Tests.Support;

namespace LmApi.Tests.Explanation;

public sealed class ExplainApiTests
{
    [Fact]
    public async Task An_explanation_agrees_with_scores_of_changed_prompts()
    {
        await using var service = await LmServiceFixture.StartAsync(realModel: true);
        using var response = await service.PostAsync(
            "/explain", new { prompt = "abcd", target = "e", against = "f", methods = new[] { "erasure", "reach" } });
        var answer = await response.JsonAsync(200);
        var attributions = answer.GetProperty("attributions").EnumerateArray().ToList();

        Assert.Equal("abcd", string.Concat(answer.GetProperty("prompt").EnumerateArray().Select(t => t.Text("text"))));
        Assert.Equal(["erasure", "reach"], attributions.Select(a => a.Text("method")));
        var value = answer.GetProperty("value").GetDouble();
        Assert.Equal(await DifferenceAsync(service, "abcd"), value, 1e-12);
        Assert.Equal(
            value - await DifferenceAsync(service, "acd"), attributions[0].GetProperty("values")[1].GetDouble(), 1e-12);
        Assert.Equal(
            await DifferenceAsync(service, "cd"), attributions[1].GetProperty("values")[1].GetDouble(), 1e-12);
    }

    [Fact]
    public async Task The_target_is_the_most_probable_token_where_none_is_given()
    {
        await using var service = await LmServiceFixture.StartAsync(realModel: true);
        using var response = await service.PostAsync("/explain", new { prompt = "abc" });
        var answer = await response.JsonAsync(200);
        var next = await service.GenerateAsync(new { prompt = "abc", max_tokens = 1, temperature = 0, stream = false });

        Assert.Equal(next.Text("text"), answer.Text("target"));
        Assert.Equal(4, answer.GetProperty("attributions").GetArrayLength());
        Assert.NotEqual("", answer.GetProperty("prompt")[1].Text("expected"));
    }

    [Theory]
    [InlineData("{}", "prompt", "missing")]
    [InlineData("""{"prompt":"a","target":""}""", "target", "too_short")]
    [InlineData("""{"prompt":"a","methods":["erasure","gradient"]}""", "methods[1]", "out_of_range")]
    [InlineData("""{"prompt":"abcdef"}""", "prompt", "too_long")]
    public async Task Wrong_bodies_are_refused_with_the_field(string body, string field, string code)
    {
        await using var service = await LmServiceFixture.StartAsync(new() { ["Explanation:MaxPromptTokens"] = "4" });
        var problem = await service.RefusedAsync(422, "/explain", body);
        var error = Assert.Single(problem.GetProperty("errors").EnumerateArray());

        Assert.Equal((field, code), (error.Text("field"), error.Text("code")));
    }

    private static async Task<double> DifferenceAsync(LmServiceFixture service, string prompt)
    {
        using var response = await service.PostAsync("/score", new { given = prompt, choices = new[] { "e", "f" } });
        var nats = (await response.JsonAsync(200)).GetProperty("scores").EnumerateArray()
            .Select(score => score.GetProperty("nats").GetDouble()).ToList();
        return nats[1] - nats[0];
    }
}
