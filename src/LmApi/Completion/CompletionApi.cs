using LmApi.Infrastructure;
using LmApi.Infrastructure.Bodies;
using LmApi.Infrastructure.OpenApi;
using LmApi.Models;
using LmModel.Completion;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace LmApi.Completion;

/// <summary><c>POST /complete</c>.</summary>
internal static class CompletionApi
{
    public static void AddCompletion(this WebApplicationBuilder builder)
    {
        builder.Services.AddFieldTable<CompletionFields>();
        builder.Services.AddSingleton<CompletionRequestParser>();
    }

    public static void MapCompletion(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/complete", CompleteAsync)
            .WithName("complete")
            .WithTags("Completion")
            .WithSummary("Complete a text that is being typed")
            .WithDescription(CompletionDocs.Description)
            .WithRequestBody<CompletionFields>(CompletionDocs.Requests)
            .WithResponse<CompletionResponse>(CompletionDocs.Answer)
            .WithProblems(EngineProblems.Kinds);

    internal static async Task<JsonHttpResult<CompletionResponse>> CompleteAsync(
        HttpContext http,
        ModelHost host,
        BodyReader bodies,
        CompletionRequestParser parser,
        IOptions<HttpLimits> limits)
    {
        var request = await bodies.ReadAsync(http.Request, parser.Parse);
        var completed = await EngineProblems.RunAsync(
            () => host.Completer.CompleteAsync(request, http.RequestAborted), limits.Value.RetryAfterSeconds);
        http.Response.Headers.CacheControl = "no-store";
        return Answers.Json(ToResponse(host.Model.Name, completed), CompletionJson.Wire.CompletionResponse);
    }

    private static CompletionResponse ToResponse(string model, CompletedText completed) => new()
    {
        Model = model,
        Completions = [.. completed.Completions.Select(completion => new CompletionItemResponse
        {
            Insert = completion.Insert,
            Text = completion.Text,
            Probability = completion.Probability,
            LogProbability = completion.LogProbability,
        })],
        Usage = new()
        {
            PromptTokens = completed.PromptTokens,
            CachedTokens = completed.CachedTokens,
            CompletionTokens = completed.ReadTokens,
            TotalTokens = completed.PromptTokens + completed.ReadTokens,
        },
    };
}
