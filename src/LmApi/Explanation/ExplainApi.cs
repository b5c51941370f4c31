using LmApi.Infrastructure;
using LmApi.Infrastructure.Bodies;
using LmApi.Infrastructure.OpenApi;
using LmApi.Models;
using LmApi.Scoring;
using LmModel.Explanation;
using LmModel.Generation;
using LmModel.Sampling;
using LmModel.Scoring;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace LmApi.Explanation;

/// <summary><c>POST /explain</c>.</summary>
internal static class ExplainApi
{
    public static void AddExplanation(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<ExplanationOptions>()
            .BindConfiguration(ExplanationOptions.Section)
            .ValidateDataAnnotations()
            .ValidateOnStart();
        builder.Services.AddFieldTable<ExplainFields>();
        builder.Services.AddSingleton<ExplainRequestParser>();
    }

    public static void MapExplanation(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/explain", ExplainAsync)
            .WithName("explain")
            .WithTags("Explanation")
            .WithSummary("Explain a continuation")
            .WithDescription(ExplainDocs.Description)
            .WithRequestBody<ExplainFields>(ExplainDocs.Requests)
            .WithResponse<ExplainResponse>(ExplainDocs.Answer)
            .WithProblems(EngineProblems.Kinds);

    internal static async Task<JsonHttpResult<ExplainResponse>> ExplainAsync(
        HttpContext http,
        ModelHost host,
        BodyReader bodies,
        ExplainRequestParser parser,
        IOptions<HttpLimits> limits)
    {
        var request = await bodies.ReadAsync(http.Request, parser.Parse);
        var explained = await EngineProblems.RunAsync(
            () => RunAsync(host, request, http.RequestAborted), limits.Value.RetryAfterSeconds);
        http.Response.Headers.CacheControl = "no-store";
        return Answers.Json(ToResponse(host, explained), ExplainJson.Wire.ExplainResponse);
    }

    private static async Task<TextExplanation> RunAsync(
        ModelHost host, ExplanationRequest request, CancellationToken aborted)
    {
        if (request.Target.Length == 0)
        {
            request = request with { Target = [await NextAsync(host, request.Prompt, aborted)] };
        }

        var explainer = new Explainer(
            host.TryStart, host.Model.Tokenizer, host.Model.Folder.Config.StartToken, host.Model.Gradients);
        return await explainer.ExplainAsync(request, ScoreApi.TextsAtOnce, aborted);
    }

    /// <summary>The most probable token after a prompt.</summary>
    private static async Task<int> NextAsync(ModelHost host, int[] prompt, CancellationToken aborted)
    {
        var settings = new GenerationSettings
        {
            PromptTokens = prompt,
            MaxTokens = 1,
            Seed = 0,
            Sampling = SamplingSettings.Unfiltered with { Temperature = 0 },
        };
        var next = 0;
        await foreach (var item in (host.TryStart(settings, aborted) ?? throw new EngineFullException()).Events)
        {
            next = item.Done is null ? item.Token.Id : next;
        }

        return next;
    }

    private static ExplainResponse ToResponse(ModelHost host, TextExplanation explained) => new()
    {
        Model = host.Model.Name,
        Prompt = [.. explained.Prompt.Select(token => new ExplainedTokenResponse
        {
            Id = token.Id,
            Text = token.Text,
            Expected = token.Expected is { } expected ? host.Model.Tokenizer.Decode([expected]) : null,
        })],
        Target = explained.Target,
        Against = explained.Against,
        Value = explained.Value,
        Attributions = [.. explained.Attributions.Select(a => new AttributionResponse
        {
            Method = ExplainFields.MethodNames[(int)a.Method],
            Question = a.Question,
            Values = a.Values,
            CompletenessError = a.CompletenessError,
        })],
    };
}
