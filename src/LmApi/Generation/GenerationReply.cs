using LmModel.Generation;
using LmModel.Tokenization;

namespace LmApi.Generation;

/// <summary>One admitted generation and the wire format of its events.</summary>
internal sealed class GenerationReply(string id, string model, Tokenizer tokenizer, AdmittedGeneration generation)
{
    private readonly GenerationSettings _settings = generation.Settings;

    public string Id => id;

    public bool ReportsAlternatives => _settings.Alternatives > 0;

    public GenerationEventStream Events => generation.Events;

    public StartResponse Start => new() { Id = id, Model = model, Seed = _settings.Seed };

    /// <summary>
    /// Whether the service ended it, even if its client could not be informed. Drops the unread events.
    /// </summary>
    public bool WasCutOff()
    {
        try
        {
            while (Events.TryRead(out _))
            {
            }

            return false;
        }
        catch (Exception end)
        {
            return end is ObjectDisposedException;
        }
    }

    public TokenResponse ToResponse(in TokenEvent token) => new()
    {
        Index = token.Index,
        Id = token.Id,
        Text = token.Text,
        Logprob = Finite(token.Logprob),
        Alternatives = ReportsAlternatives ? [.. token.Alternatives.Select(ToResponse)] : null,
    };

    public GenerationResponse ToResponse(DoneEvent done) => new()
    {
        Id = id,
        Model = model,
        FinishReason = done.FinishReason switch
        {
            FinishReason.Stop => "stop",
            FinishReason.Guard => "guard",
            _ => "length",
        },
        StopSequence = done.StopSequence,
        Text = done.Text,
        Usage = new()
        {
            PromptTokens = done.PromptTokens,
            CachedTokens = done.CachedTokens,
            CompletionTokens = done.CompletionTokens,
            TotalTokens = done.PromptTokens + done.CompletionTokens,
        },
        Guard = done.Guarded is { } blocked ? new() { Blocked = blocked } : null,
        Seed = _settings.Seed,
        Timings = ToResponse(done.Timings, done.CompletionTokens),
    };

    private AlternativeResponse ToResponse(TokenAlternative alternative) => new()
    {
        Id = alternative.Id,
        Text = tokenizer.Decode([alternative.Id]),
        Logprob = Finite(alternative.Logprob),
    };

    private static TimingsResponse ToResponse(GenerationTimings timings, int tokens)
    {
        var running = (timings.Total - timings.Queued).TotalSeconds;
        return new()
        {
            QueuedMs = Milliseconds(timings.Queued),
            FirstTokenMs = timings.FirstToken is { } first ? Milliseconds(first) : null,
            TotalMs = Milliseconds(timings.Total),
            TokensPerSecond = running > 0 ? Math.Round(tokens / running, 1) : 0,
        };
    }

    private static double Milliseconds(TimeSpan time) => Math.Round(time.TotalMilliseconds, 3);

    /// <summary>JSON has no infinities.</summary>
    public static float? Finite(float? logprob) => logprob is { } value && float.IsFinite(value) ? value : null;
}
