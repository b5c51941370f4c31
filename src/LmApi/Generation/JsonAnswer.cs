using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using LmApi.Infrastructure.Problems;
using LmApi.Models;
using LmModel.Generation;
using Microsoft.Extensions.Options;

namespace LmApi.Generation;

/// <summary>A generation that has ended.</summary>
/// <param name="Reply">Its settings and formats.</param>
/// <param name="Tokens">Its tokens, if they were asked for.</param>
/// <param name="Done">Its end.</param>
internal sealed record FinishedChoice(GenerationReply Reply, IReadOnlyList<TokenEvent> Tokens, DoneEvent Done)
{
    /// <summary>Of the generated tokens, if they were kept; those of an echoed prompt do not count.</summary>
    public double MeanLogprob => Tokens
        .TakeLast(Done.CompletionTokens)
        .Select(token => (double)(token.Logprob ?? 0))
        .DefaultIfEmpty(0)
        .Average();
}

/// <summary>Answers with a single JSON document that combines the same events.</summary>
internal sealed class JsonAnswer(IOptions<EngineOptions> engine, TimeProvider time, ILogger<JsonAnswer> logger)
{
    private readonly TimeSpan _patience = engine.Value.SendPatience;

    /// <param name="http">The request.</param>
    /// <param name="choices">Read to their end.</param>
    /// <param name="keepTokens">Whether the answer needs the tokens, not only the texts.</param>
    /// <param name="toResponse">Makes the answer of all choices, in their order.</param>
    /// <param name="type">How it is written.</param>
    public async Task WriteAsync<T>(
        HttpContext http,
        Choices choices,
        bool keepTokens,
        Func<IReadOnlyList<FinishedChoice>, T> toResponse,
        JsonTypeInfo<T> type)
    {
        var response = toResponse(await FoldAsync(choices, keepTokens, http.RequestAborted));
        http.Response.Headers.CacheControl = "no-store";
        http.Response.ContentType = "application/json";
        await using var body = new ImpatientPipeWriter(
            http, _patience, time, () => logger.GaveUp(choices.Id, _patience.TotalSeconds));
        await JsonSerializer.SerializeAsync(body, response, type, http.RequestAborted);
    }

    private async Task<IReadOnlyList<FinishedChoice>> FoldAsync(
        Choices choices, bool keepTokens, CancellationToken aborted)
    {
        // Kept as the engine reports them, which is small; their JSON is written while it is sent.
        var tokens = new Dictionary<int, List<TokenEvent>>();
        var finished = new SortedDictionary<int, FinishedChoice>();
        var count = 0;
        using var _ = choices;
        try
        {
            while (!choices.AreOver)
            {
                while (choices.TryRead(out var choice, out var next))
                {
                    if (next.Done is { } done)
                    {
                        finished[choice] = new(choices[choice], tokens.GetValueOrDefault(choice) ?? [], done);
                        logger.Ended(choices[choice].ToResponse(done));
                        continue;
                    }

                    count++;
                    if (keepTokens)
                    {
                        tokens.TryAdd(choice, []);
                        tokens[choice].Add(next.Token);
                    }
                }

                // Nobody sees a partial answer, so many tokens can be taken at a time.
                await choices.WaitAsync(int.MaxValue);
            }

            return [.. finished.Values];
        }
        catch (Exception) when (aborted.IsCancellationRequested)
        {
            logger.Aborted(choices, count);
            throw;
        }
        catch (Exception exception)
        {
            throw new ProblemException(logger.BrokeOff(exception, choices.Id));
        }
    }
}
