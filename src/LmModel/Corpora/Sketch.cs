using System.Runtime.InteropServices;

namespace LmModel.Corpora;

/// <summary>
/// A fingerprint of a text for finding similar texts: the <see cref="Size"/> smallest hashes of its shingles, which are
/// its runs of five words (Broder 1997, "On the resemblance and containment of documents", the sketch M_s).
/// </summary>
/// <param name="Words">Number of words in the text.</param>
/// <param name="Hash">Hash of all words in order; equal if the words are equal.</param>
/// <param name="Smallest">Ascending and distinct; fewer than <see cref="Size"/> if the text has no more.</param>
internal sealed record Sketch(long Words, ulong Hash, uint[] Smallest)
{
    /// <summary>s. An estimate of 0.8 has a standard error of 0.05.</summary>
    public const int Size = 64;

    /// <summary>Number of words in a shingle.</summary>
    public const int ShingleWords = 5;

    /// <summary>
    /// Estimate of |A ∩ B| / |A ∪ B| over the sets of shingles: the share of the s smallest hashes of the union that
    /// both sketches contain.
    /// </summary>
    public double Resemblance(Sketch other)
    {
        var (mine, others) = (Smallest, other.Smallest);
        var (i, j, union, both) = (0, 0, 0, 0);
        for (; union < Size && (i < mine.Length || j < others.Length); union++)
        {
            var (a, b) = (i < mine.Length ? mine[i] : long.MaxValue, j < others.Length ? others[j] : long.MaxValue);
            both += a == b ? 1 : 0;
            i += a <= b ? 1 : 0;
            j += b <= a ? 1 : 0;
        }

        return union == 0 ? 0 : (double)both / union;
    }
}

/// <summary>Builds a <see cref="Sketch"/> word by word.</summary>
internal sealed class SketchBuilder
{
    private const ulong Multiplier = 0x9E3779B97F4A7C15;

    private readonly List<uint> _smallest = new(Sketch.Size + 1);
    private readonly ulong[] _last = new ulong[Sketch.ShingleWords];
    private ulong _hash;

    public long Words { get; private set; }

    /// <param name="word">The hash of the word.</param>
    public void Add(ulong word)
    {
        _last[Words % Sketch.ShingleWords] = word;
        Words++;
        _hash = (_hash + word) * Multiplier;
        if (Words < Sketch.ShingleWords)
        {
            return;
        }

        var shingle = 0UL;
        for (var i = 0; i < Sketch.ShingleWords; i++)
        {
            shingle = (shingle ^ _last[(Words + i) % Sketch.ShingleWords]) * Multiplier;
            shingle ^= shingle >> 32;
        }

        AddShingle((uint)(shingle >> 16));
    }

    /// <summary>Returns the sketch of the words since the last call.</summary>
    public Sketch Take()
    {
        var sketch = new Sketch(Words, _hash, [.. _smallest]);
        _smallest.Clear();
        (Words, _hash) = (0, 0);
        return sketch;
    }

    private void AddShingle(uint shingle)
    {
        if (_smallest.Count == Sketch.Size && shingle >= _smallest[^1])
        {
            return;
        }

        var place = CollectionsMarshal.AsSpan(_smallest).BinarySearch(shingle);
        if (place < 0)
        {
            _smallest.Insert(~place, shingle);
            if (_smallest.Count > Sketch.Size)
            {
                _smallest.RemoveAt(Sketch.Size);
            }
        }
    }
}
