namespace LmModel.Evaluation.Samples;

/// <summary>What was counted in some texts, by measure.</summary>
/// <param name="Counts">For each measure, what was counted in each text.</param>
internal sealed record SampleReport(IReadOnlyDictionary<string, IReadOnlyList<Share>> Counts)
{
    /// <summary>The figure of all texts; NaN where there is nothing to count.</summary>
    public double Figure(string measure) => Share.Of(Counts[measure]);

    /// <summary>95 % interval over texts; null for fewer than 10, or where too few have anything to count.</summary>
    public Interval? IntervalOf(string measure) => Share.IntervalOf(Counts[measure]);

    /// <summary>Takes all measures of several sets of texts, each measure of all texts at once.</summary>
    public static IReadOnlyList<SampleReport> Of(
        IReadOnlyList<IReadOnlyList<SampleText>> sets, IEnumerable<ISampleMeasure> measures,
        CancellationToken cancellation)
    {
        IReadOnlyList<SampleText> all = [.. sets.SelectMany(texts => texts)];
        var counts = sets.Select(_ => new Dictionary<string, IReadOnlyList<Share>>()).ToList();
        foreach (var measure in measures)
        {
            var shares = measure.Measure(all, cancellation);
            var place = 0;
            foreach (var (set, counted) in sets.Zip(counts))
            {
                counted[measure.Name] = [.. shares.Skip(place).Take(set.Count)];
                place += set.Count;
            }
        }

        return [.. counts.Select(counted => new SampleReport(counted))];
    }
}
