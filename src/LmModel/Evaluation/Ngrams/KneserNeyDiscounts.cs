namespace LmModel.Evaluation.Ngrams;

/// <summary>The amounts that modified Kneser-Ney subtracts from counts of 1, 2 and more, for one order.</summary>
/// <remarks>
/// Chen and Goodman, "An empirical study of smoothing techniques for language modeling", 1998, equation 26:
/// Y = n₁ / (n₁ + 2 n₂) and D_k = k − (k + 1) Y n_{k+1} / n_k, where n_k is the number of n-grams with count k.
/// </remarks>
internal readonly record struct KneserNeyDiscounts(double One, double Two, double More)
{
    /// <summary>Estimates the discounts from all counts of an order.</summary>
    public static KneserNeyDiscounts Of(ReadOnlySpan<int> counts)
    {
        Span<double> n = stackalloc double[5];
        foreach (var count in counts)
        {
            if (count < n.Length)
            {
                n[count]++;
            }
        }

        var y = n[1] / (n[1] + (2 * n[2]));
        return new(Estimate(1, y, n), Estimate(2, y, n), Estimate(3, y, n));
    }

    public double For(int count) => count switch { 0 => 0, 1 => One, 2 => Two, _ => More };

    /// <summary>The mass that a context leaves for shorter contexts, before the division by the total.</summary>
    public double Left(in ContextCounts context) => (One * context.Ones) + (Two * context.Twos) + (More * context.More);

    /// <summary>
    /// Low orders over few symbols have hardly any rare n-grams, so there may be nothing to estimate from. The discount
    /// is then half of the count, which is also the fallback of KenLM.
    /// </summary>
    private static double Estimate(int k, double y, ReadOnlySpan<double> n)
    {
        var discount = k - ((k + 1) * y * n[k + 1] / n[k]);
        return discount > 0 && discount < k ? discount : k / 2.0;
    }
}
