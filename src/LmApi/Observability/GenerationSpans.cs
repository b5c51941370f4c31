using System.Diagnostics;
using LmModel.Generation;

namespace LmApi.Observability;

/// <summary>Writes the spans of a generation that has ended.</summary>
/// <remarks>
/// <code>
/// POST /generate ──────────────────────────────────
///   text_completion fairy-tales ─────────────────
///     queue ──── prefill ──── decode ────────────
/// </code>
/// At the end, because they begin and end on different threads, and the decode thread must not work for each.
/// </remarks>
internal static class GenerationSpans
{
    public static void Write(
        ActivitySource source, MeasuredGeneration begun, GenerationOutcome outcome, in TagList tags, string reason)
    {
        var timings = outcome.Timings;
        var (start, end) = (begun.Begun, begun.Begun + timings.Total);
        var name = $"{tags[0].Value} {begun.Model}";
        using var span = source.StartActivity(name, ActivityKind.Internal, begun.Parent, tags, startTime: start);
        if (span is null)
        {
            return;
        }

        Describe(span, outcome, reason);
        var queued = start + timings.Queued;
        var first = timings.FirstToken is { } time ? start + time : end;
        Part(source, span, "queue", start, queued);
        Part(source, span, "prefill", queued, first);
        Part(source, span, "decode", first, end);
        span.SetEndTime(end.UtcDateTime);
    }

    private static void Part(
        ActivitySource source, Activity parent, string name, DateTimeOffset start, DateTimeOffset end)
    {
        using var part = source.StartActivity(name, ActivityKind.Internal, parent.Context, startTime: start);
        part?.SetEndTime(end.UtcDateTime);
    }

    private static void Describe(Activity span, GenerationOutcome outcome, string reason)
    {
        var settings = outcome.Settings;
        span.SetTag("gen_ai.request.max_tokens", settings.MaxTokens);
        span.SetTag("gen_ai.request.temperature", (double)settings.Sampling.Temperature);
        span.SetTag("gen_ai.request.top_p", (double)settings.Sampling.TopP);
        span.SetTag("gen_ai.request.seed", settings.Seed);
        span.SetTag("gen_ai.usage.input_tokens", outcome.CachedTokens + outcome.ReadTokens);
        span.SetTag("gen_ai.usage.cache_read.input_tokens", outcome.CachedTokens);
        span.SetTag("gen_ai.usage.output_tokens", outcome.CompletionTokens);
        if (outcome.Failure is null)
        {
            span.SetTag("gen_ai.response.finish_reasons", new[] { reason });
        }
        else
        {
            span.SetStatus(ActivityStatusCode.Error, reason);
        }
    }
}
