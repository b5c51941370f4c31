using LmModel.Numerics;

namespace LmModel.Evaluation;

/// <summary>
/// Estimates how much a figure depends on which passages happened to be scored, with the moving block bootstrap
/// (Künsch, "The jackknife and the bootstrap for general stationary observations", Annals of Statistics 17, 1989) and
/// 95 % percentile intervals.
/// </summary>
/// <remarks>
/// The losses of neighbouring tokens are not independent, so blocks of adjacent text are drawn with replacement until
/// they are as long as the text. Blocks wrap around at the end of the text, so that all passages are drawn equally
/// often (Politis and Romano 1992). The result is deterministic: random numbers come from <see cref="Philox"/> with a
/// fixed key.
/// </remarks>
internal static class BlockBootstrap
{
    /// <summary>Share of the intervals that should contain the true value.</summary>
    public const double Confidence = 0.95;

    public const int Resamples = 2000;

    /// <summary>Minimum length of a block in UTF-8 bytes of text.</summary>
    public const int BlockBytes = 1000;

    /// <summary>
    /// Maximum number of blocks. Longer texts get longer blocks instead, which capture dependence over longer
    /// distances.
    /// </summary>
    private const int MostBlocks = 200;

    /// <summary>Minimum number of blocks; fewer show too little of the differences between passages.</summary>
    private const int LeastBlocks = 10;

    private const long Seed = 1989;

    /// <summary>Interval of the mean loss per token; null for a text shorter than 10 blocks, which are 10,000
    /// bytes.</summary>
    public static Interval? NatsPerToken(EvaluationResult result) =>
        Percentiles([result], sums => sums[0] / sums[1]);

    /// <summary>Interval of the bits per byte; null for a text shorter than 10 blocks.</summary>
    public static Interval? BitsPerByte(EvaluationResult result) =>
        Percentiles([result], sums => sums[0] / Math.Log(2) / sums[2]);

    /// <summary>
    /// Interval of the difference in nats per token: the loss of the first model minus that of the second. Both models
    /// must use the same tokenizer.
    /// </summary>
    /// <exception cref="ArgumentException">They were scored on different texts.</exception>
    public static Interval? NatsPerTokenDifference(EvaluationResult first, EvaluationResult second) =>
        Percentiles([first, second], sums => (sums[0] / sums[1]) - (sums[3] / sums[4]));

    /// <summary>
    /// Interval of the difference in bits per byte: the loss of the first model minus that of the second. The same
    /// passages are drawn for both, so whatever makes a passage hard for both models cancels out.
    /// </summary>
    /// <exception cref="ArgumentException">They were scored on different texts.</exception>
    public static Interval? BitsPerByteDifference(EvaluationResult first, EvaluationResult second) =>
        Percentiles([first, second], sums => ((sums[0] / sums[2]) - (sums[3] / sums[5])) / Math.Log(2));

    /// <param name="results">The results of one text, one per model.</param>
    /// <param name="statistic">Computes the figure from the sums of nats, tokens and bytes of the first result,
    /// followed by those of the second.</param>
    private static Interval? Percentiles(EvaluationResult[] results, Func<double[], double> statistic)
    {
        var pieces = results[0].Pieces.Count;
        if (results.FirstOrDefault(r => r.Pieces.Count != pieces) is { } other)
        {
            throw new ArgumentException(
                $"The texts are not the same: one has {pieces} pieces of {ScoredText.PieceBytes} bytes, one "
                    + $"{other.Pieces.Count}.",
                nameof(results));
        }

        const int Least = BlockBytes / ScoredText.PieceBytes;
        if (pieces < LeastBlocks * Least)
        {
            return null;
        }

        var block = Math.Max(Least, pieces / MostBlocks);
        var running = results.SelectMany(r => Running(r.Pieces, block)).ToArray();
        var figures = new double[Resamples];
        var sums = new double[running.Length];
        for (var resample = 0; resample < Resamples; resample++)
        {
            Array.Clear(sums);
            for (var (drawn, draw) = (0, 0); drawn < pieces; drawn += block, draw++)
            {
                var start = (int)(Philox.Uniform(Seed, resample, draw) * pieces);
                var end = start + Math.Min(block, pieces - drawn);
                for (var i = 0; i < sums.Length; i++)
                {
                    sums[i] += running[i][end] - running[i][start];
                }
            }

            figures[resample] = statistic(sums);
        }

        Array.Sort(figures);
        return new(Quantile(figures, (1 - Confidence) / 2), Quantile(figures, (1 + Confidence) / 2));
    }

    /// <summary>
    /// Running sums of nats, tokens and bytes; the first block is repeated after the last piece.
    /// </summary>
    private static IEnumerable<double[]> Running(IReadOnlyList<LossPiece> pieces, int block)
    {
        Func<LossPiece, double>[] units = [p => p.Nats, p => p.Tokens, p => p.Bytes];
        foreach (var unit in units)
        {
            var sums = new double[pieces.Count + block + 1];
            for (var i = 1; i < sums.Length; i++)
            {
                sums[i] = sums[i - 1] + unit(pieces[(i - 1) % pieces.Count]);
            }

            yield return sums;
        }
    }

    /// <summary>The value below which a share of sorted values lies, interpolated.</summary>
    internal static double Quantile(double[] sorted, double share)
    {
        var place = share * (sorted.Length - 1);
        var below = (int)place;
        return below + 1 < sorted.Length
            ? sorted[below] + ((place - below) * (sorted[below + 1] - sorted[below]))
            : sorted[below];
    }
}
