namespace LmCli.Bench.Measures;

/// <summary>How long a run lasts: a time, or a number of tokens for each stream. One of the two is given.</summary>
internal sealed record Budget(TimeSpan? Time, int? Tokens)
{
    /// <summary>The most tokens of a stream.</summary>
    public int MaxTokens => Tokens ?? int.MaxValue;

    /// <summary>When a run that begins now ends, as a timestamp.</summary>
    public long Deadline(TimeProvider time) => Time is { } length
        ? time.GetTimestamp() + (long)(length.TotalSeconds * time.TimestampFrequency)
        : long.MaxValue;

    /// <summary>The same kind, short: what comes first pays for compilation and cold caches.</summary>
    public Budget WarmUp() => new(Time is { } length ? length / 4 : null, Tokens is { } n ? Math.Max(1, n / 4) : null);
}
