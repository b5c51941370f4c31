namespace LmCli.Bench.Measures;

/// <summary>What streams side by side achieved in one run.</summary>
/// <param name="Tokens">Of all streams.</param>
/// <param name="Seconds">From the first request to the last token.</param>
/// <param name="First">From a stream's request to its first token, over the streams.</param>
/// <param name="Between">From token to token, over all tokens of all streams.</param>
internal sealed record StreamFigures(int Tokens, double Seconds, Percentiles First, Percentiles Between)
{
    public double TokensPerSecond => Tokens / Seconds;

    /// <param name="streams">At least one, each with a token.</param>
    /// <param name="time">The clock of their timestamps.</param>
    public static StreamFigures Of(IReadOnlyCollection<StreamTimes> streams, TimeProvider time)
    {
        double Milliseconds(long ticks) => ticks * 1e3 / time.TimestampFrequency;
        return new StreamFigures(
            streams.Sum(s => s.Tokens),
            Milliseconds(streams.Max(s => s.Last) - streams.Min(s => s.Begun)) / 1e3,
            Percentiles.Of([.. streams.Where(s => s.Tokens > 0).Select(s => Milliseconds(s.First - s.Begun))]),
            Percentiles.Of([.. streams.SelectMany(s => s.Between).Select(Milliseconds)]));
    }
}
