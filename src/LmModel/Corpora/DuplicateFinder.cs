using System.Globalization;
using System.Text;

namespace LmModel.Corpora;

/// <summary>
/// Finds duplicate texts, both verbatim copies and near duplicates. Memory is bounded: a limited number of sketches is
/// kept, and later texts are only compared with those.
/// </summary>
/// <param name="most">Maximum number of sketches that are kept, a quarter of a KiB each.</param>
internal sealed class DuplicateFinder(int most = 100_000)
{
    /// <summary>Two texts are near duplicates if their resemblance is at least this.</summary>
    private const double Near = 0.8;

    /// <summary>
    /// A text can be found by any of its smallest hashes. Two texts with resemblance r share none of these with a
    /// probability of (1 − r)^8, which is 3 in a million at 0.8.
    /// </summary>
    private const int Indexed = 8;

    private const int MostNamed = 3;

    private readonly List<(Sketch Sketch, CorpusPlace Place)> _kept = [];
    private readonly Dictionary<uint, int> _bySmallest = [];
    private readonly Dictionary<ulong, int> _byHash = [];
    private readonly List<string> _named = [];
    private long _seen;
    private long _exact;
    private long _near;

    public void Add(Sketch sketch, CorpusPlace place)
    {
        _seen++;
        if (_byHash.TryGetValue(sketch.Hash, out var same))
        {
            _exact++;
            Name(place, "repeats", _kept[same].Place);
        }
        else if (Nearest(sketch) is { } near)
        {
            _near++;
            Name(place, "nearly repeats", near);
        }
        else if (_kept.Count < most)
        {
            _byHash.Add(sketch.Hash, _kept.Count);
            foreach (var hash in sketch.Smallest.Take(Indexed))
            {
                _bySmallest.TryAdd(hash, _kept.Count);
            }

            _kept.Add((sketch, place));
        }
    }

    /// <summary>How many duplicates there are and where; null if there are none.</summary>
    /// <param name="what">The kind of texts, in the plural.</param>
    public string? Warning(string what)
    {
        if (_exact + _near == 0)
        {
            return null;
        }

        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{_exact + _near:N0} of {_seen:N0} {what} come again, ");
        text.Append(
            CultureInfo.InvariantCulture,
            $"{_exact:N0} verbatim and {_near:N0} nearly so: {string.Join("; ", _named)}");
        text.Append(_exact + _near > _named.Count ? "; and more." : ".");
        if (_kept.Count == most)
        {
            text.Append(CultureInfo.InvariantCulture, $" Only the first {most:N0} different ones were compared.");
        }

        return text.Append(
                " Duplicates are memorized, and make the figures look better if one of them is held out.")
            .ToString();
    }

    private CorpusPlace? Nearest(Sketch sketch)
    {
        foreach (var hash in sketch.Smallest.Take(Indexed))
        {
            if (_bySmallest.TryGetValue(hash, out var other) && _kept[other].Sketch.Resemblance(sketch) >= Near)
            {
                return _kept[other].Place;
            }
        }

        return null;
    }

    private void Name(CorpusPlace place, string how, CorpusPlace first)
    {
        if (_named.Count < MostNamed)
        {
            _named.Add($"{place} {how} {first}");
        }
    }
}
