using LmModel.Inference;

namespace LmModel.Generation;

/// <summary>The state after the tokens of all entries before it and its own.</summary>
/// <param name="partition">Whose prompts may continue from it.</param>
/// <param name="before">What its tokens follow; null for the beginning.</param>
/// <param name="tokens">Its own tokens; at least one.</param>
/// <param name="hash">Of all tokens.</param>
/// <param name="state">After them.</param>
internal sealed class PrefixCacheEntry(
    string? partition, PrefixCacheEntry? before, int[] tokens, ulong hash, RecurrentState state)
{
    /// <summary>Two objects, two arrays' headers, a list node and a slot of the dictionary.</summary>
    private const int Overhead = 300;

    public PrefixCacheEntry? Before => before;

    /// <summary>All tokens, those before its own included.</summary>
    public int Length { get; } = (before?.Length ?? 0) + tokens.Length;

    public ulong Hash => hash;

    /// <summary>Null once forgotten.</summary>
    public RecurrentState? State { get; set; } = state;

    public int StateBytes { get; } = sizeof(float) * state.Values.Length;

    public int TokenBytes => (sizeof(int) * tokens.Length) + Overhead;

    /// <summary>Its state, and the entries with holders that follow it.</summary>
    public int Holders { get; set; }

    public LinkedListNode<PrefixCacheEntry> Use => field ??= new(this);

    /// <summary>
    /// Whether <paramref name="prefix"/> is exactly the tokens up to here, of the same partition.
    /// </summary>
    public bool Holds(string? of, ReadOnlySpan<int> prefix)
    {
        if (prefix.Length != Length || of != partition)
        {
            return false;
        }

        for (var entry = this; entry is not null; entry = entry.Before)
        {
            var own = entry.Tokens;
            if (!prefix[^own.Length..].SequenceEqual(own))
            {
                return false;
            }

            prefix = prefix[..^own.Length];
        }

        return true;
    }

    private ReadOnlySpan<int> Tokens => tokens;
}
