using LmApi.Explanation;
using LmApi.Generation;
using LmApi.Infrastructure.Fields;
using LmApi.Infrastructure.Problems;
using LmApi.Models;
using LmApi.Scoring;
using LmApi.Tests.Support;
using LmApi.Units;
using Microsoft.Extensions.Options;

namespace LmApi.Tests.Infrastructure;

public sealed class ProblemTests
{
    [Fact]
    public async Task An_unknown_path_is_answered_with_a_problem()
    {
        await using var service = await LmServiceFixture.StartAsync();
        using var response = await service.CreateClient().GetAsync(new Uri("/genrate", UriKind.Relative));
        var problem = await response.ProblemAsync(404);
        Assert.Equal(("not_found", "/genrate"), (problem.Text("code"), problem.Text("instance")));
    }

    [Fact]
    public async Task An_unsupported_method_is_a_problem_that_names_the_supported_ones()
    {
        await using var service = await LmServiceFixture.StartAsync();
        using var response = await service.CreateClient().GetAsync(new Uri("/generate", UriKind.Relative));
        Assert.Equal("method_not_allowed", (await response.ProblemAsync(405)).Text("code"));
        Assert.Equal(["POST"], response.Content.Headers.Allow);
    }

    [Fact]
    public async Task A_request_during_shutdown_is_answered_with_a_problem()
    {
        await using var service = await LmServiceFixture.StartAsync();
        service.Host.Model.Engine.Dispose();
        using var response = await service.PostAsync("/generate", new { prompt = "a" });
        var problem = await response.ProblemAsync(503);
        Assert.Equal("shutting_down", problem.Text("code"));
        Assert.NotEmpty(problem.Text("trace_id"));
    }

    [Fact]
    public void Every_member_of_a_request_is_documented_with_its_default()
    {
        var engine = Options.Create(new EngineOptions());
        AssertDocumented("generate", new GenerationFields(
            Options.Create(new GenerationOptions()), engine, Options.Create(new GuardOptions()), new()));
        AssertDocumented("score", new ScoreFields(engine));
        AssertDocumented("explain", new ExplainFields(Options.Create(new ExplanationOptions())));
        AssertDocumented("states", new StatesFields(Options.Create(new UnitsOptions())));
    }

    private static void AssertDocumented(string endpoint, FieldTable table)
    {
        var documented = File.ReadAllText(Path.Combine(Repository.Root, "docs", "api.md"));
        var section = documented.Split("\n## ")
            .Single(s => s.StartsWith($"POST /{endpoint}\n", StringComparison.Ordinal));
        Assert.All(table.All, field =>
        {
            var row = Assert.Single(
                section.Split('\n'),
                line => line.StartsWith($"| `{field.Name}` |", StringComparison.Ordinal));
            var standard = field.Schema().Default?.ToJsonString() ?? "";
            Assert.Contains(standard, row.Split('|')[3], StringComparison.Ordinal);
        });
    }

    [Fact]
    public void Codes_are_distinct_and_documented()
    {
        var documented = File.ReadAllText(Path.Combine(Repository.Root, "docs", "api.md"));
        Assert.Distinct(ProblemKind.All.Select(kind => kind.Code));
        Assert.All(
            ProblemKind.All,
            kind => Assert.Contains($"| `{kind.Code}` | {kind.Status} |", documented, StringComparison.Ordinal));
    }
}
