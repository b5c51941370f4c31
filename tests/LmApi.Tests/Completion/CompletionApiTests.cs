using LmApi.Tests.Support;
using LmModel;
using LmModel.Completion;

namespace LmApi.Tests.Completion;

public sealed class CompletionApiTests
{
    [Fact]
    public async Task Completions_are_those_of_the_library()
    {
        await using var service = await LmServiceFixture.StartAsync(realModel: true);
        using var response = await service.PostAsync("/complete", new { text = "hello wo", count = 5, words = 2 });
        var answer = await response.JsonAsync(200);
        using var model = TextModel.Open(service.Host.Model.Folder.Path);
        var expected = await model.CompleteAsync("hello wo", new() { Count = 5, Words = 2 });

        Assert.Equal(TestModel.Name, answer.Text("model"));
        Assert.Equal(
            expected.Select(c => (c.Insert, c.Text, c.Probability, c.LogProbability)),
            answer.GetProperty("completions").EnumerateArray().Select(c => (
                c.Text("insert"), c.Text("text"), c.GetProperty("probability").GetDouble(),
                c.GetProperty("log_probability").GetDouble())));
        Assert.Equal("no-store", response.Headers.CacheControl!.ToString());
    }

    [Fact]
    public async Task Three_words_are_the_default_and_a_line_ends_at_a_line_break()
    {
        await using var service = await LmServiceFixture.StartAsync(realModel: true);
        using var response = await service.PostAsync("/complete", new { text = "" });
        using var line = await service.PostAsync("/complete", new { text = "a", until = "line", count = 1 });
        var first = Assert.Single((await line.JsonAsync(200)).GetProperty("completions").EnumerateArray());

        Assert.Equal(3, (await response.JsonAsync(200)).GetProperty("completions").GetArrayLength());
        Assert.DoesNotContain('\n', first.Text("insert").TrimStart('\n'));
        Assert.Equal(CompletionUnit.Word, new CompleteOptions().Until);
    }

    [Fact]
    public async Task One_more_keystroke_reads_one_token()
    {
        await using var service = await LmServiceFixture.StartAsync(realModel: true);
        using var before = await service.PostAsync("/complete", new { text = "abcdef" });
        using var after = await service.PostAsync("/complete", new { text = "abcdefg" });
        await before.JsonAsync(200);
        var usage = (await after.JsonAsync(200)).GetProperty("usage");

        Assert.Equal(7, usage.GetProperty("prompt_tokens").GetInt32());
        Assert.Equal(6, usage.GetProperty("cached_tokens").GetInt32());
        Assert.Equal(
            7 + usage.GetProperty("completion_tokens").GetInt32(), usage.GetProperty("total_tokens").GetInt32());
    }

    [Fact]
    public async Task A_guard_of_the_service_holds_for_completions()
    {
        // The training text of the test model is its vocabulary in order.
        await using var service = await LmServiceFixture.StartAsync(
            new() { ["Guard:Verbatim"] = "5" }, realModel: true);
        foreach (var text in (string[])["abcd", "defg", "mnop"])
        {
            using var response = await service.PostAsync("/complete", new { text, count = 10, words = 1 });
            var completions = (await response.JsonAsync(200)).GetProperty("completions").EnumerateArray();
            var copy = $"{(char)(text[^1] + 1)}";

            Assert.DoesNotContain(completions, c => c.Text("insert").StartsWith(copy, StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData("{}", "text", "missing")]
    [InlineData("""{"text":"a","count":0}""", "count", "out_of_range")]
    [InlineData("""{"text":"a","count":11}""", "count", "out_of_range")]
    [InlineData("""{"text":"a","words":9}""", "words", "out_of_range")]
    [InlineData("""{"text":"a","until":"sentence"}""", "until", "out_of_range")]
    [InlineData("""{"text":"a","until":3}""", "until", "wrong_type")]
    [InlineData("""{"text":"a","until":"line","words":2}""", "words", "out_of_range")]
    [InlineData("""{"text":"A"}""", "text", "unknown_character")]
    [InlineData("""{"text":"a","prompt":"b"}""", "prompt", "unknown_field")]
    public async Task Wrong_bodies_are_refused_with_the_field(string body, string field, string code)
    {
        await using var service = await LmServiceFixture.StartAsync();
        var problem = await service.RefusedAsync(422, "/complete", body);
        var error = Assert.Single(problem.GetProperty("errors").EnumerateArray());

        Assert.Equal((field, code), (error.Text("field"), error.Text("code")));
    }
}
