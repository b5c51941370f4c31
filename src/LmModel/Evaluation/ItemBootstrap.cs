using LmModel.Numerics;

namespace LmModel.Evaluation;

/// <summary>
/// The bootstrap of independent items, such as passages: how much a statistic depends on which of them were drawn
/// (Efron 1979). Deterministic, because its random numbers have a fixed key.
/// </summary>
internal static class ItemBootstrap
{
    /// <summary>The fewest items for which an interval is given.</summary>
    public const int LeastItems = 10;

    private const long Seed = 1989;

    /// <summary>
    /// 95 % percentile interval of a statistic over items drawn with replacement; null for fewer than 10 items, or
    /// where the statistic of too many draws is not a number.
    /// </summary>
    /// <param name="items">Their number.</param>
    /// <param name="statistic">Of the indexes of drawn items.</param>
    public static Interval? Of(int items, Func<int[], double> statistic)
    {
        if (items < LeastItems)
        {
            return null;
        }

        var figures = new double[BlockBootstrap.Resamples];
        var drawn = new int[items];
        for (var resample = 0; resample < figures.Length; resample++)
        {
            for (var i = 0; i < drawn.Length; i++)
            {
                drawn[i] = (int)(Philox.Uniform(Seed, resample, i) * items);
            }

            figures[resample] = statistic(drawn);
        }

        figures = [.. figures.Where(double.IsFinite)];
        if (figures.Length < BlockBootstrap.Resamples / 2)
        {
            return null;
        }

        Array.Sort(figures);
        var outside = (1 - BlockBootstrap.Confidence) / 2;
        return new(BlockBootstrap.Quantile(figures, outside), BlockBootstrap.Quantile(figures, 1 - outside));
    }
}
