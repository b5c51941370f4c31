using System.Diagnostics;
using System.Diagnostics.Metrics;
using LmApi.Infrastructure.Problems;
using LmModel.Generation;

namespace LmApi.Observability;

/// <summary>When and for which request a generation began.</summary>
internal readonly record struct MeasuredGeneration(string Model, ActivityContext Parent, DateTimeOffset Begun);

/// <summary>
/// The metrics and spans of generations, with the names of OpenTelemetry's semantic conventions for generative AI where
/// they have one. Neither has a prompt or a text. A token costs nothing: it is counted at the end of its text.
/// </summary>
internal sealed class GenerationTelemetry : IDisposable
{
    /// <summary>Name of the meter and of the source of spans.</summary>
    public const string Source = ProblemMiddleware.MeterName;

    private static readonly double[] Seconds =
        [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 80];

    private static readonly double[] SecondsPerToken =
    [
        0.00001, 0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1,
    ];

    private static readonly long[] Tokens = [1, 4, 16, 64, 256, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576];

    private static readonly int[] Sizes = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096];

    private readonly TimeProvider _time;
    private readonly Meter _meter;
    private readonly ActivitySource _spans = new(Source);
    private readonly Histogram<double> _duration;
    private readonly Histogram<double> _firstToken;
    private readonly Histogram<double> _perToken;
    private readonly Histogram<long> _usage;
    private readonly Histogram<double> _queued;
    private readonly Histogram<int> _batch;
    private readonly Histogram<int> _stepTokens;
    private readonly Counter<long> _promptTokens;
    private readonly Counter<long> _cachedTokens;
    private readonly Counter<long> _textTokens;
    private readonly Counter<long> _ended;

    public GenerationTelemetry(IMeterFactory meters, TimeProvider time)
    {
        _time = time;
        _meter = meters.Create(Source);
        _duration = Histogram("gen_ai.server.request.duration", "s", "From admission to the last token.", Seconds);
        _firstToken = Histogram(
            "gen_ai.server.time_to_first_token", "s", "From admission to the first token.", Seconds);
        _perToken = Histogram(
            "gen_ai.server.time_per_output_token", "s", "Mean time of a token after the first.", SecondsPerToken);
        _usage = Histogram("gen_ai.client.token.usage", "{token}", "Tokens of a generation.", Tokens);
        _queued = Histogram("lmservice.queue.duration", "s", "From admission to the first step.", Seconds);
        _batch = Histogram("lmservice.step.sequences", "{sequence}", "Sequences that a step advances.", Sizes);
        _stepTokens = Histogram("lmservice.step.tokens", "{token}", "Tokens that a step reads.", Sizes);
        _promptTokens = Counter("lmservice.prompt.tokens", "{token}", "Tokens of prompts, read or cached.");
        _cachedTokens = Counter("lmservice.prompt.cached_tokens", "{token}", "Those found in the prefix cache.");
        _textTokens = Counter("lmservice.text.tokens", "{token}", "Tokens that were drawn.");
        _ended = Counter("lmservice.generations", "{generation}", "Generations that ended, by how.");
    }

    /// <summary>Reports how many generations an engine has, whenever somebody asks.</summary>
    public void Observe(GenerationEngine engine)
    {
        Gauge("lmservice.generations.active", "Generations that have begun.", () => engine.Active);
        Gauge("lmservice.generations.waiting", "Generations that are queued.", () => engine.Waiting);
        Gauge("lmservice.generations.parked", "Generations whose clients are slow.", () => engine.Parked);

        void Gauge(string name, string description, Func<int> value) =>
            _meter.CreateObservableUpDownCounter(name, value, "{generation}", description);
    }

    public void Stepped(int sequences, int tokens)
    {
        _batch.Record(sequences);
        _stepTokens.Record(tokens);
    }

    public MeasuredGeneration Begin(string model) =>
        new(model, Activity.Current?.Context ?? default, _time.GetUtcNow());

    public void End(MeasuredGeneration begun, GenerationOutcome outcome)
    {
        var timings = outcome.Timings;
        var prompt = outcome.CachedTokens + outcome.ReadTokens;
        var tags = Tags(begun.Model, outcome);
        _queued.Record(timings.Queued.TotalSeconds);
        _promptTokens.Add(prompt);
        _cachedTokens.Add(outcome.CachedTokens);
        _textTokens.Add(outcome.CompletionTokens);
        _ended.Add(1, new KeyValuePair<string, object?>("lmservice.finish_reason", ReasonOf(outcome)));
        _duration.Record(timings.Total.TotalSeconds, tags);
        if (timings.FirstToken is { } first && outcome.Failure is null)
        {
            _firstToken.Record(first.TotalSeconds, tags);
            if (outcome.CompletionTokens > 1)
            {
                _perToken.Record((timings.Total - first).TotalSeconds / (outcome.CompletionTokens - 1), tags);
            }
        }

        _usage.Record(prompt, [.. tags, new("gen_ai.token.type", "input")]);
        _usage.Record(outcome.CompletionTokens, [.. tags, new("gen_ai.token.type", "output")]);
        if (_spans.HasListeners())
        {
            GenerationSpans.Write(_spans, begun, outcome, tags, ReasonOf(outcome));
        }
    }

    public void Dispose() => _spans.Dispose();

    private static TagList Tags(string model, GenerationOutcome outcome)
    {
        var tags = new TagList
        {
            { "gen_ai.operation.name", OperationOf(outcome.Settings) },
            { "gen_ai.provider.name", "lmservice" },
            { "gen_ai.request.model", model },
        };
        if (outcome.Failure is not null)
        {
            tags.Add("error.type", ReasonOf(outcome));
        }

        return tags;
    }

    /// <summary>A prompt whose tokens are only read is scored, explained or recorded.</summary>
    private static string OperationOf(GenerationSettings settings) =>
        settings.MaxTokens > 0 ? "text_completion" : "read";

    private static string ReasonOf(GenerationOutcome outcome) => outcome.Failure switch
    {
        null => outcome.FinishReason switch
        {
            FinishReason.Stop => "stop",
            FinishReason.Guard => "guard",
            _ => "length",
        },
        OperationCanceledException => "cancelled",
        SlowReaderException => "client_too_slow",
        ObjectDisposedException => "shutting_down",
        _ => "generation_failed",
    };

    private Histogram<T> Histogram<T>(string name, string unit, string description, T[] boundaries) where T : struct =>
        _meter.CreateHistogram(
            name, unit, description, advice: new InstrumentAdvice<T> { HistogramBucketBoundaries = boundaries });

    private Counter<long> Counter(string name, string unit, string description) =>
        _meter.CreateCounter<long>(name, unit, description);
}
