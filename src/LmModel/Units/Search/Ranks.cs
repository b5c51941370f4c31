namespace LmModel.Units.Search;

/// <summary>
/// The ranks of values among each other, and how well they tell two classes apart (Hanley and McNeil 1982, "The meaning
/// and use of the area under a receiver operating characteristic (ROC) curve").
/// </summary>
internal static class Ranks
{
    /// <returns>(n): ranks from 1; equal values share the mean of their ranks.</returns>
    public static float[] Of(ReadOnlySpan<float> values)
    {
        var (sorted, order) = (values.ToArray(), new int[values.Length]);
        for (var i = 0; i < order.Length; i++)
        {
            order[i] = i;
        }

        Array.Sort(sorted, order);
        var ranks = new float[order.Length];
        for (int first = 0, end; first < order.Length; first = end)
        {
            end = first + 1;
            while (end < order.Length && sorted[end] == sorted[first])
            {
                end++;
            }

            for (var i = first; i < end; i++)
            {
                ranks[order[i]] = (first + 1 + end) / 2f;
            }
        }

        return ranks;
    }

    /// <summary>
    /// The probability that a value of the first class is above one of the others, equal ones counted half; NaN if a
    /// class is empty.
    /// </summary>
    /// <param name="ranks">(n).</param>
    /// <param name="labels">(n): whether each belongs to the first class.</param>
    public static double Auc(ReadOnlySpan<float> ranks, ReadOnlySpan<bool> labels)
    {
        var (sum, count) = (0d, 0L);
        for (var i = 0; i < labels.Length; i++)
        {
            if (labels[i])
            {
                sum += ranks[i];
                count++;
            }
        }

        // U / (n₁ n₀), from the rank sum (Mann and Whitney 1947).
        return (sum - (count * (count + 1) / 2d)) / (count * (double)(labels.Length - count));
    }
}
