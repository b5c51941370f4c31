using LmApi.Infrastructure;
using LmApi.Infrastructure.Bodies;
using LmApi.Infrastructure.OpenApi;
using LmApi.Models;
using LmModel.Scoring;
using Microsoft.Extensions.Options;

namespace LmApi.Scoring;

/// <summary><c>POST /score</c>.</summary>
internal static class ScoreApi
{
    /// <summary>Texts of a request in the engine at a time; the others wait here, so that there is room for others'.</summary>
    public const int TextsAtOnce = 64;

    public static void AddScoring(this WebApplicationBuilder builder)
    {
        builder.Services.AddFieldTable<ScoreFields>();
        builder.Services.AddFieldTable<ScoreLineFields>();
        builder.Services.AddSingleton<ScoreRequestParser>();
        builder.Services.AddSingleton<ScoreStream>();
    }

    public static void MapScoring(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/score", ScoreAsync)
            .WithName("score")
            .WithTags("Scoring")
            .WithSummary("Score texts")
            .WithDescription(ScoreDocs.Description)
            .WithRequestBody<ScoreFields>(ScoreDocs.Requests)
            .WithResponse<ScoreResponse>(ScoreDocs.Answer)
            .WithProblems(EngineProblems.Kinds);

    internal static async Task ScoreAsync(
        HttpContext http,
        ModelHost host,
        BodyReader bodies,
        ScoreRequestParser parser,
        ScoreStream stream,
        IOptions<HttpLimits> limits)
    {
        if (BodyHeaders.IsLines(http.Request.Headers))
        {
            await stream.AnswerAsync(http);
            return;
        }

        var work = await bodies.ReadAsync(http.Request, parser.Parse);
        var scores = await EngineProblems.RunAsync(
            () => ScoresAsync(host, work, http.RequestAborted), limits.Value.RetryAfterSeconds);
        http.Response.Headers.CacheControl = "no-store";
        await Answers.Json(
            new ScoreResponse
            {
                Model = host.Model.Name,
                Scores = [.. scores.Select(score => ScoreReply.Of(
                    score, work.Logprobs, work.Lines, work.Copied ? host.Model.Folder.Guard : null))],
                Ranking = work.Ranks ? ScoreReply.Rank(scores) : null,
            },
            ScoreJson.Wire.ScoreResponse).ExecuteAsync(http);
    }

    private static async Task<IReadOnlyList<TextScore>> ScoresAsync(
        ModelHost host, ScoreWork work, CancellationToken aborted) =>
        await new TextScorer(host.TryStart, host.Model.Tokenizer)
            .ScoreAsync(
                work.Requests.Select(request => (request, (ScoreRequest?)request)).ToAsyncEnumerable(),
                TextsAtOnce,
                aborted)
            .Select(scored => scored.Score!)
            .ToListAsync(aborted);
}
