using LmApi.Infrastructure.Json;
using LmApi.Infrastructure.Problems;

namespace LmApi.Generation;

/// <summary>Answers with one JSON: the same events, folded.</summary>
internal sealed class JsonAnswer(ILogger<JsonAnswer> logger)
{
    public async Task WriteAsync(HttpContext http, GenerationRun run)
    {
        var response = await FoldAsync(run, http.RequestAborted);
        logger.Ended(response);
        http.Response.Headers.CacheControl = "no-store";
        await http.Response.WriteAsJsonAsync(
            response, ApiJson.Wire.GenerationResponse, "application/json", http.RequestAborted);
    }

    private async Task<GenerationResponse> FoldAsync(GenerationRun run, CancellationToken aborted)
    {
        List<TokenResponse>? tokens = run.ReportsAlternatives ? [] : null;
        var count = 0;
        try
        {
            await foreach (var next in run.Events.WithCancellation(aborted))
            {
                if (next.Done is { } done)
                {
                    return run.ToResponse(done) with { Tokens = tokens };
                }

                count++;
                tokens?.Add(run.ToResponse(next.Token));
            }
        }
        catch (Exception) when (aborted.IsCancellationRequested)
        {
            logger.ClientLeft(run.Id, count);
            throw;
        }
        catch (Exception exception)
        {
            var kind = logger.BrokeOff(exception, run.Id);
            throw new ProblemException(kind.With(kind.Meaning));
        }

        throw new InvalidOperationException("A generation ended without its last event.");
    }
}
