namespace LmCli.Bench.Measures;

/// <summary>Percentiles of one run, in milliseconds.</summary>
internal readonly record struct Percentiles(double P50, double P95, double P99)
{
    /// <summary>Sorts <paramref name="values"/> in place.</summary>
    public static Percentiles Of(double[] values)
    {
        Array.Sort(values);
        return new Percentiles(OfSorted(values, 0.50), OfSorted(values, 0.95), OfSorted(values, 0.99));
    }

    /// <summary>
    /// The nearest rank: the smallest value that at least the share <paramref name="p"/> does not exceed.
    /// </summary>
    /// <param name="sorted">Ascending.</param>
    /// <param name="p">In (0, 1].</param>
    /// <returns>NaN where there are no values.</returns>
    public static double OfSorted(ReadOnlySpan<double> sorted, double p) =>
        sorted.IsEmpty
            ? double.NaN
            : sorted[Math.Clamp((int)Math.Ceiling(p * sorted.Length) - 1, 0, sorted.Length - 1)];
}
