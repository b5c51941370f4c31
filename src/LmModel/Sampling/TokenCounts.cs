namespace LmModel.Sampling;

/// <summary>How often each token occurred, and which tokens occurred at all. Allocates nothing after its first
/// token.</summary>
internal sealed class TokenCounts(int vocabularySize)
{
    private int[] _counts = [];
    private int[] _distinct = [];
    private int _distinctCount;

    /// <summary>The tokens that occurred, in the order of their first occurrence.</summary>
    public ReadOnlySpan<int> Distinct => _distinct.AsSpan(0, _distinctCount);

    public int this[int token] => _counts[token];

    public void Add(int token)
    {
        if (_counts.Length == 0)
            (_counts, _distinct) = (new int[vocabularySize], new int[vocabularySize]);
        if (_counts[token]++ == 0)
            _distinct[_distinctCount++] = token;
    }
}
