namespace LmModel.Completion;

/// <summary>Completions with the probability found for each so far, of which the best are known at any time.</summary>
/// <param name="count">How many of the best, at least 1.</param>
internal sealed class FoundCompletions(int count)
{
    private readonly Dictionary<string, double> _all = new(StringComparer.Ordinal);
    private readonly List<string> _best = new(count + 1);

    /// <summary>By falling probability; equal ones in ordinal order.</summary>
    public IEnumerable<(string Insert, double Probability)> Best => _best.Select(insert => (insert, _all[insert]));

    /// <summary>What another completion must exceed to be among the best; 0 while there are fewer.</summary>
    public double Least => _best.Count < count ? 0 : _all[_best[^1]];

    /// <summary>One more way to write a completion has been found.</summary>
    public void Add(string insert, double probability)
    {
        _all[insert] = _all.GetValueOrDefault(insert) + probability;
        _best.Remove(insert);
        var place = _best.Count;
        while (place > 0 && IsBefore(insert, _best[place - 1]))
        {
            place--;
        }

        // Probabilities only grow, so what is dropped comes back once it is among the best again.
        _best.Insert(place, insert);
        if (_best.Count > count)
        {
            _best.RemoveAt(count);
        }
    }

    private bool IsBefore(string insert, string other) =>
        _all[insert] > _all[other]
        || (_all[insert] == _all[other] && string.CompareOrdinal(insert, other) < 0);
}
