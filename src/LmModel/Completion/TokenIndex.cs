using LmModel.Tokenization;

namespace LmModel.Completion;

/// <summary>The tokens of a vocabulary in the order of their bytes: those that begin alike stand together.</summary>
/// <remarks>Immutable and safe for use by several threads at once; V · (4 + 1) bytes.</remarks>
internal sealed class TokenIndex
{
    private readonly int[] _sorted; // (V)
    private readonly int _longest;

    public TokenIndex(Tokenizer tokenizer)
    {
        Tokenizer = tokenizer;
        _sorted = [.. Enumerable.Range(0, tokenizer.VocabularySize)];
        Array.Sort(_sorted, (a, b) => tokenizer.TokenBytes(a).SequenceCompareTo(tokenizer.TokenBytes(b)));
        _longest = _sorted.Max(id => tokenizer.TokenBytes(id).Length);
    }

    public Tokenizer Tokenizer { get; }

    /// <summary>The ids of the tokens that begin with some bytes.</summary>
    /// <param name="prefix">At least one byte.</param>
    public ReadOnlySpan<int> StartingWith(ReadOnlySpan<byte> prefix)
    {
        var begin = LowerBound(prefix, 0);
        var end = begin;
        while (end < _sorted.Length && Tokenizer.TokenBytes(_sorted[end]).StartsWith(prefix))
        {
            end++;
        }

        return _sorted.AsSpan(begin, end - begin);
    }

    /// <summary>Adds the ids of the tokens that are the beginning of some bytes, but not all of them.</summary>
    public void AddPrefixesOf(ReadOnlySpan<byte> bytes, List<int> ids)
    {
        var from = 0;
        for (var length = 1; length < Math.Min(bytes.Length, _longest + 1); length++)
        {
            var prefix = bytes[..length];
            from = LowerBound(prefix, from);
            for (var i = from; i < _sorted.Length && Tokenizer.TokenBytes(_sorted[i]).SequenceEqual(prefix); i++)
            {
                ids.Add(_sorted[i]);
            }
        }
    }

    /// <summary>The first place from which on no token is smaller than the bytes.</summary>
    private int LowerBound(ReadOnlySpan<byte> bytes, int low)
    {
        var high = _sorted.Length;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (Tokenizer.TokenBytes(_sorted[middle]).SequenceCompareTo(bytes) < 0)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }
}
