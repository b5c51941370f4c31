using LmModel.Numerics;

namespace LmModel.Evaluation;

/// <summary>
/// How far a figure hangs on which passages happened to be scored: the moving block bootstrap (Künsch, "The jackknife
/// and the bootstrap for general stationary observations", Annals of Statistics 17, 1989), 95 % percentile intervals.
/// </summary>
/// <remarks>
/// Losses of neighbouring tokens depend on each other, so blocks of adjoining text are drawn with replacement until
/// they are as long as the text; they wrap around at its end, so that no passage is drawn less than another (Politis
/// and Romano 1992). Deterministic: chance comes from <see cref="Philox"/> with a fixed key.
/// </remarks>
internal static class BlockBootstrap
{
    /// <summary>Share of the intervals that should hold the true value.</summary>
    public const double Confidence = 0.95;

    public const int Resamples = 2000;

    /// <summary>The least length of a block, UTF-8 bytes of text.</summary>
    public const int BlockBytes = 1000;

    /// <summary>
    /// Longer texts get longer blocks instead of more, which takes in dependence over longer distances.
    /// </summary>
    private const int MostBlocks = 200;

    /// <summary>Fewer say nothing about how passages differ.</summary>
    private const int LeastBlocks = 10;

    private const long Seed = 1989;

    /// <summary>Of the mean loss of a token; null for a text shorter than 10 blocks, 10,000 bytes.</summary>
    public static Interval? NatsPerToken(EvaluationResult result) =>
        Percentiles([result], sums => sums[0] / sums[1]);

    /// <summary>Of the bits a byte; null for a text shorter than 10 blocks.</summary>
    public static Interval? BitsPerByte(EvaluationResult result) =>
        Percentiles([result], sums => sums[0] / Math.Log(2) / sums[2]);

    /// <summary>
    /// Of how many nats a token more the first model loses than the second. Their tokenizers must be the same.
    /// </summary>
    /// <exception cref="ArgumentException">They were scored on different texts.</exception>
    public static Interval? NatsPerTokenDifference(EvaluationResult first, EvaluationResult second) =>
        Percentiles([first, second], sums => (sums[0] / sums[1]) - (sums[3] / sums[4]));

    /// <summary>
    /// Of how many bits a byte more the first model loses than the second. Both are drawn on the same passages, so that
    /// what makes a passage hard for both drops out of the difference.
    /// </summary>
    /// <exception cref="ArgumentException">They were scored on different texts.</exception>
    public static Interval? BitsPerByteDifference(EvaluationResult first, EvaluationResult second) =>
        Percentiles([first, second], sums => ((sums[0] / sums[2]) - (sums[3] / sums[5])) / Math.Log(2));

    /// <param name="results">Of one text, a model each.</param>
    /// <param name="statistic">The figure, of nats, tokens and bytes of the first result, then of the second.</param>
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
    /// Running sums of nats, tokens and bytes; the first block comes once more behind the last piece.
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

    private static double Quantile(double[] sorted, double share)
    {
        var place = share * (sorted.Length - 1);
        var below = (int)place;
        return below + 1 < sorted.Length
            ? sorted[below] + ((place - below) * (sorted[below + 1] - sorted[below]))
            : sorted[below];
    }
}
