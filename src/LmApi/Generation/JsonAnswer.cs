using System.Text.Json;
using LmApi.Infrastructure.Problems;
using LmApi.Models;
using LmModel.Generation;
using Microsoft.Extensions.Options;

namespace LmApi.Generation;

/// <summary>Answers with a single JSON document that combines the same events.</summary>
internal sealed class JsonAnswer(IOptions<EngineOptions> engine, TimeProvider time, ILogger<JsonAnswer> logger)
{
    private readonly TimeSpan _patience = engine.Value.SendPatience;

    public async Task WriteAsync(HttpContext http, GenerationReply reply)
    {
        var response = await FoldAsync(reply, http.RequestAborted);
        logger.Ended(response);
        http.Response.Headers.CacheControl = "no-store";
        http.Response.ContentType = "application/json";
        await using var body = new ImpatientPipeWriter(
            http, _patience, time, () => logger.GaveUp(reply.Id, _patience.TotalSeconds));
        await JsonSerializer.SerializeAsync(
            body, response, GenerationJson.Wire.GenerationResponse, http.RequestAborted);
    }

    private async Task<GenerationResponse> FoldAsync(GenerationReply reply, CancellationToken aborted)
    {
        // Kept as the engine reports them, which is small; their JSON is written while it is sent.
        List<TokenEvent>? tokens = reply.ReportsAlternatives ? [] : null;
        var count = 0;
        try
        {
            using var events = reply.Events;
            while (true)
            {
                while (events.TryRead(out var next))
                {
                    if (next.Done is { } done)
                    {
                        return reply.ToResponse(done) with
                        {
                            Tokens = tokens?.Select(token => reply.ToResponse(token)),
                        };
                    }

                    count++;
                    tokens?.Add(next.Token);
                }

                // Nobody sees a partial answer, so many tokens can be taken at a time.
                await events.WaitAsync(int.MaxValue);
            }
        }
        catch (Exception) when (aborted.IsCancellationRequested)
        {
            logger.Aborted(reply, count);
            throw;
        }
        catch (Exception exception)
        {
            throw new ProblemException(logger.BrokeOff(exception, reply.Id));
        }
    }
}
