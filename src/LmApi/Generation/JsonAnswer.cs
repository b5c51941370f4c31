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
            using var events = run.Events;
            while (true)
            {
                while (events.TryRead(out var next))
                {
                    if (next.Done is { } done)
                    {
                        return run.ToResponse(done) with { Tokens = tokens };
                    }

                    count++;
                    tokens?.Add(run.ToResponse(next.Token));
                }

                // Nobody sees a part of it: many tokens at a time are enough.
                await events.WaitAsync(int.MaxValue);
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
    }
}
