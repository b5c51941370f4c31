using System.Numerics;
using LmModel.Inference;

namespace LmModel.Generation;

/// <summary>
/// States after prefixes of prompts, with least-recently-used eviction. A prompt continues from the state of its
/// longest known prefix, whichever token that ends with, and the result is exactly that of reading the whole prompt.
/// </summary>
/// <remarks>
/// <code>
/// root ─ 256 tokens ─► entry ─ 256 ─► entry ─ 31 ─► entry   of one prompt, with a state each
///                        └──── 90 ──► entry                 of another that begins alike
/// </code>
/// An entry holds the tokens since the previous entry, so common prefixes are stored once. An entry whose state was
/// evicted keeps its tokens as long as other entries continue from it. Entries are found by a hash and used only after
/// partition and tokens have been compared: a prompt never continues from one of another partition, so that nobody can
/// tell from the time to the first token what others have sent. All partitions share the capacity. Used by the decode
/// thread only.
/// </remarks>
/// <param name="capacity">Bytes of all states and tokens, with what keeps them; 0 caches nothing.</param>
internal sealed class PrefixCache(long capacity)
{
    private readonly Dictionary<ulong, PrefixCacheEntry> _entries = [];
    private readonly LinkedList<PrefixCacheEntry> _used = []; // latest first
    private readonly List<PrefixCacheEntry> _candidates = [];

    /// <summary>Bytes held.</summary>
    public long Bytes { get; private set; }

    /// <summary>States held.</summary>
    public int Count => _entries.Count;

    /// <summary>
    /// The longest prefix of <paramref name="prompt"/> that is known in its partition, possibly all of it; null for
    /// none.
    /// </summary>
    /// <remarks>Linear in the prompt: 16,384 tokens take about 0.1 ms.</remarks>
    public PrefixCacheEntry? Find(string? partition, ReadOnlySpan<int> prompt)
    {
        if (_entries.Count == 0)
        {
            return null;
        }

        var hash = Start(partition);
        for (var i = 0; i < prompt.Length; i++)
        {
            hash = Hash(hash, prompt[i]);
            if (_entries.TryGetValue(hash, out var entry) && entry.Length == i + 1)
            {
                _candidates.Add(entry);
            }
        }

        PrefixCacheEntry? found = null;
        for (var i = _candidates.Count - 1; i >= 0 && found is null; i--)
        {
            found = _candidates[i].Holds(partition, prompt[.._candidates[i].Length]) ? _candidates[i] : null;
        }

        _candidates.Clear();
        if (found is not null)
        {
            Use(found);
        }

        return found;
    }

    /// <summary>Remembers the state after <paramref name="prefix"/>.</summary>
    /// <param name="partition">Whose prompt it is; null is a partition like any other.</param>
    /// <param name="before">The last entry of the same prompt, found or added; null for none.</param>
    /// <param name="prefix">All tokens read, those of <paramref name="before"/> included.</param>
    /// <param name="state">After them; it is copied.</param>
    /// <returns>The entry to continue from.</returns>
    public PrefixCacheEntry? Add(
        string? partition, PrefixCacheEntry? before, ReadOnlySpan<int> prefix, RecurrentState state)
    {
        var since = before?.Length ?? 0;
        if (capacity == 0 || since == prefix.Length)
        {
            return before;
        }

        var hash = before?.Hash ?? Start(partition);
        foreach (var token in prefix[since..])
        {
            hash = Hash(hash, token);
        }

        if (_entries.TryGetValue(hash, out var known))
        {
            if (!known.Holds(partition, prefix))
            {
                return before;
            }

            Use(known);
            return known;
        }

        var entry = new PrefixCacheEntry(partition, before, prefix[since..].ToArray(), hash, state.Clone());
        Hold(entry);
        Bytes += entry.StateBytes;
        _entries.Add(hash, entry);
        _used.AddFirst(entry.Use);
        while (Bytes > capacity)
        {
            Forget(_used.Last!.Value);
        }

        return entry;
    }

    private static ulong Start(string? partition) =>
        partition is null ? 0 : (ulong)partition.GetHashCode(StringComparison.Ordinal);

    private static ulong Hash(ulong before, int token)
    {
        // The quality of the hash does not matter for correctness, because the tokens are compared.
        var mixed = (before ^ (uint)token) * 0x9E3779B97F4A7C15;
        return BitOperations.RotateLeft(mixed, 29) + (ulong)token + 1;
    }

    private void Use(PrefixCacheEntry entry)
    {
        _used.Remove(entry.Use);
        _used.AddFirst(entry.Use);
    }

    private void Forget(PrefixCacheEntry entry)
    {
        _used.Remove(entry.Use);
        _entries.Remove(entry.Hash);
        Bytes -= entry.StateBytes;
        entry.State = null;
        Release(entry);
    }

    /// <summary>Counts the tokens of an entry, and of all entries before it, as long as a state needs them.</summary>
    private void Hold(PrefixCacheEntry? entry)
    {
        for (; entry is not null && entry.Holders++ == 0; entry = entry.Before)
        {
            Bytes += entry.TokenBytes;
        }
    }

    private void Release(PrefixCacheEntry? entry)
    {
        for (; entry is not null && --entry.Holders == 0; entry = entry.Before)
        {
            Bytes -= entry.TokenBytes;
        }
    }
}
