namespace LmModel.Evaluation.Samples;

/// <summary>What was counted in a text: a figure of several texts is the sum of parts over the sum of wholes.</summary>
/// <param name="Part">Such as the words that nobody knows.</param>
/// <param name="Whole">Such as all words.</param>
internal readonly record struct Share(double Part, double Whole)
{
    /// <summary>The figure of some texts; NaN where there is nothing to count.</summary>
    public static double Of(IEnumerable<Share> shares)
    {
        var (part, whole) = (0.0, 0.0);
        foreach (var share in shares)
        {
            part += share.Part;
            whole += share.Whole;
        }

        return whole == 0 ? double.NaN : part / whole;
    }

    /// <summary>95 % interval of the figure over texts; null for fewer than 10, or too few with anything to count.</summary>
    public static Interval? IntervalOf(IReadOnlyList<Share> shares) =>
        ItemBootstrap.Of(shares.Count, drawn => Of(drawn.Select(i => shares[i])));
}
