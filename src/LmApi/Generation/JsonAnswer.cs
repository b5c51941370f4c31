using LmApi.Infrastructure.Json;
using LmApi.Infrastructure.Problems;
using LmModel.Inference;

namespace LmApi.Generation;

/// <summary>Answers with one JSON: the same events, folded.</summary>
internal sealed partial class JsonAnswer(ILogger<JsonAnswer> logger)
{
    public async Task WriteAsync(HttpContext http, GenerationRun run)
    {
        var response = await FoldAsync(http, run);
        http.Response.Headers.CacheControl = "no-store";
        await http.Response.WriteAsJsonAsync(
            response, ApiJson.Wire.GenerationResponse, "application/json", http.RequestAborted);
    }

    private async Task<GenerationResponse> FoldAsync(HttpContext http, GenerationRun run)
    {
        List<TokenResponse>? tokens = run.ReportsAlternatives ? [] : null;
        try
        {
            await foreach (var item in run.Events.WithCancellation(http.RequestAborted))
            {
                switch (item)
                {
                    case TokenEvent token:
                        tokens?.Add(run.ToResponse(token));
                        break;
                    case DoneEvent done:
                        return run.ToResponse(done, tokens);
                }
            }
        }
        catch (Exception exception) when (!http.RequestAborted.IsCancellationRequested)
        {
            LogFailed(exception, run.Id);
            var kind = GenerationFailure.KindOf(exception);
            throw new ProblemException(kind.With(kind.Meaning));
        }

        throw new InvalidOperationException("A generation ended without its last event.");
    }

    [LoggerMessage(LogLevel.Error, "{GenerationId} failed")]
    private partial void LogFailed(Exception exception, string generationId);
}
