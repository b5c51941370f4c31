using System.Text.Json;
using LmApi.Tests.Support;
using LmModel.Inference;
using LmModel.Inference.Managed;

namespace LmApi.Tests.Units;

public sealed class StatesApiTests
{
    private const string Text = "a duck, a swan";

    [Fact]
    public async Task Activations_are_those_of_the_step_model_to_the_bit()
    {
        await using var service = await LmServiceFixture.StartAsync(realModel: true);
        using var response = await service.PostAsync(
            "/states", new { text = Text, units = new object[] { new { layer = 0, unit = 12 }, "after:," } });
        var answer = await response.JsonAsync(200);
        var units = answer.GetProperty("units").EnumerateArray().ToList();

        Assert.Equal(TestModel.Name, answer.Text("model"));
        Assert.Equal(Text, string.Concat(answer.GetProperty("tokens").EnumerateArray().Select(t => t.Text("text"))));
        Assert.Equal(["12", "3"], units.Select(unit => unit.GetProperty("unit").GetRawText()));
        Assert.Equal("after:,", units[1].Text("feature"));
        Assert.False(units[0].TryGetProperty("feature", out _));
        Assert.Equal(Expected(service, 12), Values(units[0]));
        Assert.Equal(Expected(service, 3), Values(units[1]));
    }

    [Theory]
    [InlineData("{}", "text missing", "units missing")]
    [InlineData("""{"text":"","units":[]}""", "text too_short", "units too_short")]
    [InlineData("""{"text":"abcdefghi","units":["after:,"]}""", "text too_long")]
    [InlineData("""{"text":"A","units":["after:,"]}""", "text unknown_character")]
    [InlineData("""{"text":"a","units":["quotes",7,""]}""", "units[1] wrong_type", "units[2] too_short")]
    [InlineData("""{"text":"a","units":["quotes"]}""", "units[0] out_of_range")]
    [InlineData("""{"text":"a","units":[{"layer":1,"unit":99}]}""", "units[0].layer out_of_range",
        "units[0].unit out_of_range")]
    [InlineData("""{"text":"a","units":[{"unit":-1,"neuron":0}]}""", "units[0].neuron unknown_field",
        "units[0].layer missing", "units[0].unit out_of_range")]
    [InlineData("""{"text":"a","units":{"layer":0,"unit":1}}""", "units wrong_type")]
    [InlineData("""{"prompt":"a","units":["after:,"]}""", "prompt unknown_field", "text missing")]
    public async Task Invalid_bodies_are_refused_with_every_field(string body, params string[] errors)
    {
        await using var service = await LmServiceFixture.StartAsync(
            new() { ["Units:MaxTextTokens"] = "8" }, realModel: true);
        Assert.Equal(errors, (await service.RefusedAsync(422, "/states", body)).Errors());
    }

    [Fact]
    public async Task At_most_64_units_are_reported()
    {
        await using var service = await LmServiceFixture.StartAsync();
        var units = Enumerable.Repeat("after:,", 65).ToArray();

        Assert.Equal(
            ["units too_many"], (await service.RefusedAsync(422, "/states", new { text = "a", units })).Errors());
        using var response = await service.PostAsync("/states", new { text = "a", units = units[..64] });
        Assert.Equal(64, (await response.JsonAsync(200)).GetProperty("units").GetArrayLength());
    }

    [Fact]
    public async Task A_text_waits_in_the_queue_of_generations_and_its_tokens_count_there()
    {
        await using var service = await LmServiceFixture.StartAsync(
            new() { ["Inference:BatchSize"] = "1", ["Generation:MaxWaitingTokens"] = "5" });
        service.Model.Gate.Close();
        using var active = await service.PostAsync("/generate", new { prompt = "a", max_tokens = 2 });
        using var waiting = await service.PostAsync("/generate", new { prompt = "abc", max_tokens = 2 });
        string[] units = ["after:,"];

        var refused = await service.RefusedAsync(429, "/states", new { text = "abc", units });
        Assert.Equal("overloaded", refused.Text("code"));

        var admitted = service.PostAsync("/states", new { text = "ab", units });
        service.Model.Gate.Open();
        using var answer = await admitted;
        Assert.Equal(2, (await answer.JsonAsync(200)).GetProperty("tokens").GetArrayLength());
        Assert.Equal(2, (await waiting.StreamedAsync()).Tokens.Count);
    }

    [Fact]
    public async Task A_failing_model_is_answered_with_a_problem()
    {
        await using var service = await LmServiceFixture.StartAsync();
        service.Model.FirstLogit = float.NaN;

        var problem = await service.RefusedAsync(500, "/states", new { text = "a", units = new[] { "after:," } });

        Assert.Equal("generation_failed", problem.Text("code"));
    }

    private static List<float> Expected(LmServiceFixture service, int unit)
    {
        var folder = service.Host.Model.Folder;
        using var steps = new ManagedStepModel(folder.ReadWeights(), folder.DefaultPrecision, threads: 1);
        var state = RecurrentState.Zero(steps.StateSize);
        return service.Tokenizer.Encode(Text).Select(token =>
        {
            steps.Step([token], [state], []);
            return state.Values[unit];
        }).ToList();
    }

    private static IEnumerable<float> Values(JsonElement unit) =>
        unit.GetProperty("values").EnumerateArray().Select(value => value.GetSingle());
}
