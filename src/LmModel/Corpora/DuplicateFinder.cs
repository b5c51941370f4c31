using System.Globalization;
using System.Text;

namespace LmModel.Corpora;

/// <summary>
/// Finds texts that come again, word for word or nearly so. Memory is bounded: so many sketches are kept, and a later
/// text is compared with those only.
/// </summary>
/// <param name="most">Sketches kept, of a quarter of a KiB each.</param>
internal sealed class DuplicateFinder(int most = 100_000)
{
    /// <summary>From this resemblance on a text is nearly another.</summary>
    private const double Near = 0.8;

    /// <summary>
    /// A kept text is found by any of its smallest hashes. Two texts of resemblance r share none of so many with a
    /// probability of (1 − r)^8: 3 in a million at 0.8.
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

    /// <summary>How much comes again and where; null where nothing does.</summary>
    /// <param name="what">What the texts are, in the plural.</param>
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
            $"{_exact:N0} word for word and {_near:N0} nearly so: {string.Join("; ", _named)}");
        text.Append(_exact + _near > _named.Count ? "; and more." : ".");
        if (_kept.Count == most)
        {
            text.Append(CultureInfo.InvariantCulture, $" Compared with the first {most:N0} different ones only.");
        }

        return text.Append(
                " What comes again is learned by heart, and flatters the figures where one of them is held out.")
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
