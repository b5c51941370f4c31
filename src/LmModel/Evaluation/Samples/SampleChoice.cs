namespace LmModel.Evaluation.Samples;

/// <summary>
/// Which of several ways to draw gives texts that resemble held-out text, without copying and with few invented words.
/// </summary>
/// <remarks>
/// A way should not repeat itself more than held-out text does, nor copy longer passages, nor have a larger share of
/// unknown words than held-out text has in lower case: held-out text has names that the training text lacks, which a
/// model has no reason to write. More than 0.5 % is too much in any case. Of the ways that keep to this, the one is
/// chosen whose loss under the best n-gram is nearest to that of held-out text, because it is the least bland. Where
/// none does, those are compared that exceed the bounds least.
/// </remarks>
internal static class SampleChoice
{
    /// <summary>Excess of a share is measured in units of its bound, or of this where the bound is smaller.</summary>
    private const double LeastUnit = 0.001;

    /// <summary>The most unknown words, whatever held-out text has; it has many where the training text is short.</summary>
    private const double MostUnknown = 0.005;

    /// <summary>Ways that exceed the bounds by so many times what the best one does are as good.</summary>
    private const double Allowance = 1.1;

    /// <summary>The index of the way that is chosen.</summary>
    /// <param name="heldOut">What held-out text is like.</param>
    /// <param name="ways">What the texts of each way are like; at least one.</param>
    /// <exception cref="KeyNotFoundException">A measure that needs the training text was not taken.</exception>
    public static int Of(SampleReport heldOut, IReadOnlyList<SampleReport> ways)
    {
        (string Measure, double Most)[] bounds =
        [
            (WordMeasures.Unknown, MostUnknownBeside(heldOut)),
            (WordMeasures.Repeated, heldOut.Figure(WordMeasures.Repeated)),
            (CopiedPassages.Title, heldOut.Figure(CopiedPassages.Title)),
        ];
        var excess = ways
            .Select(way => bounds.Sum(bound => Excess(way.Figure(bound.Measure), bound.Most)))
            .ToList();
        var wanted = heldOut.Figure(NgramLoss.Title);
        return Enumerable.Range(0, ways.Count)
            .Where(i => excess[i] <= Allowance * excess.Min())
            .MinBy(i => Math.Abs(ways[i].Figure(NgramLoss.Title) - wanted));
    }

    private static double MostUnknownBeside(SampleReport heldOut) =>
        heldOut.Figure(WordMeasures.UnknownLowerCase) is < MostUnknown and var figure ? figure : MostUnknown;

    /// <summary>0 where there was nothing to count, as in a text without words.</summary>
    private static double Excess(double figure, double most) =>
        figure > most ? (figure - most) / Math.Max(most, LeastUnit) : 0;
}
