namespace LmModel.Units.Search;

/// <summary>
/// Whether an association may be chance. Neighbouring tokens are alike, so the terms of the rank sum are added up within
/// blocks of the text, and only the blocks are taken for independent.
/// </summary>
/// <remarks>
/// With S the sum of a block, z = ΣS / √ΣS². If the sign of each S is chance, P(z ≥ x) ≤ exp(−x²/2), whatever the sizes
/// of the sums (Efron 1969, "Student's t-test under symmetry conditions"): no distribution is assumed. It follows that
/// n blocks can reach no smaller value than exp(−n/2).
/// </remarks>
internal static class BlockTest
{
    /// <summary>Tokens of a block: longer than most sentences, and than most quotations.</summary>
    public const int BlockLength = 250;

    /// <summary>Results are reported if the corrected p-value is below this.</summary>
    public const double Level = 0.05;

    /// <summary>The fewest blocks with which anything can be significant.</summary>
    /// <param name="tried">How many pairs are tried.</param>
    public static int FewestBlocks(long tried) => (int)Math.Ceiling(2 * Math.Log(tried / Level));

    /// <summary>A bound of the probability of so large a sum by chance, multiplied by the number of pairs.</summary>
    /// <param name="ranks">(n), in the order of the text; n is a multiple of the block's length.</param>
    /// <param name="labels">(n).</param>
    /// <param name="sign">1 if the ranks of the labelled are expected to be larger, −1 if smaller.</param>
    /// <param name="tried">How many pairs are tried (Bonferroni).</param>
    public static double PValue(ReadOnlySpan<float> ranks, ReadOnlySpan<bool> labels, int sign, long tried)
    {
        var (middle, share) = ((ranks.Length + 1) / 2d, (double)labels.Count(true) / labels.Length);
        var (sum, squares) = (0d, 0d);
        for (var start = 0; start < ranks.Length; start += BlockLength)
        {
            var block = 0d;
            for (var i = start; i < start + BlockLength; i++)
            {
                block += (ranks[i] - middle) * ((labels[i] ? 1 : 0) - share);
            }

            sum += sign * block;
            squares += block * block;
        }

        return sum > 0 ? Math.Min(1, tried * Math.Exp(-sum * sum / squares / 2)) : 1;
    }
}
