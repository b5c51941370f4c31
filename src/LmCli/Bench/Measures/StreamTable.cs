namespace LmCli.Bench.Measures;

/// <summary>Figures of streams as a Markdown table, a row for each number of streams.</summary>
internal static class StreamTable
{
    /// <param name="output">Where to.</param>
    /// <param name="what">What is counted: streams or clients.</param>
    /// <param name="rows">By the number of streams: one entry a round.</param>
    public static void Write(
        TextWriter output, string what, IEnumerable<(int Streams, IReadOnlyList<StreamFigures> Rounds)> rows)
    {
        output.WriteLine(
            $"| {what} | tokens/s | first token p50, ms | p95 | p99 | between tokens p50, ms | p95 | p99 |");
        output.WriteLine("| --- | --- | --- | --- | --- | --- | --- | --- |");
        foreach (var (streams, rounds) in rows)
        {
            Spread Over(Func<StreamFigures, double> figure) => Spread.Of(rounds.Select(figure));
            Spread[] cells =
            [
                Over(r => r.TokensPerSecond), Over(r => r.First.P50), Over(r => r.First.P95), Over(r => r.First.P99),
                Over(r => r.Between.P50), Over(r => r.Between.P95), Over(r => r.Between.P99),
            ];
            output.WriteLine($"| {streams} | {string.Join(" | ", cells)} |");
        }

        output.WriteLine();
    }
}
