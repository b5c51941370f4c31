namespace LmModel.Evaluation.Ngrams;

/// <summary>
/// The distinct n-grams of one order, keyed by (id of the first n − 1 tokens, last token) and numbered in the order of
/// their first occurrence: one level of a trie, stored as a hash table. About 24 bytes per n-gram.
/// </summary>
internal sealed class NgramTable
{
    private const int Smallest = 1 << 10;
    private const int Largest = 1 << 30;

    private ulong[] _keys = new ulong[Smallest / 2];
    private int[] _occurrences = new int[Smallest / 2];
    private int[] _continuations = new int[Smallest / 2];

    // Id + 1, or 0 for an empty slot. There are at least twice as many slots as keys, so that searches are short.
    private int[] _slots = new int[Smallest];

    public int Count { get; private set; }

    /// <summary>How often each n-gram occurs.</summary>
    public ReadOnlySpan<int> Occurrences => _occurrences.AsSpan(0, Count);

    /// <summary>Number of distinct tokens that precede each n-gram; the beginning of a text counts as one.</summary>
    public ReadOnlySpan<int> Continuations => _continuations.AsSpan(0, Count);

    /// <summary>The id of an n-gram's first n − 1 tokens.</summary>
    public int ContextOf(int id) => (int)(_keys[id] >> 32);

    /// <summary>An n-gram's last token.</summary>
    public int TokenOf(int id) => (int)(uint)_keys[id];

    /// <summary>The id of an n-gram; −1 if it never occurred.</summary>
    public int Find(int context, int token) => _slots[SlotOf(Key(context, token))] - 1;

    /// <summary>Counts one more occurrence of an n-gram.</summary>
    /// <exception cref="InvalidOperationException">There are more distinct n-grams than a table can hold.</exception>
    public int Add(int context, int token, out bool isNew)
    {
        var key = Key(context, token);
        var slot = SlotOf(key);
        isNew = _slots[slot] == 0;
        if (isNew)
        {
            if (Count == _keys.Length)
            {
                Grow();
                slot = SlotOf(key);
            }

            _keys[Count] = key;
            _slots[slot] = ++Count;
        }

        var id = _slots[slot] - 1;
        _occurrences[id]++;
        return id;
    }

    /// <summary>Counts one more distinct token that precedes an n-gram.</summary>
    public void AddContinuation(int id) => _continuations[id]++;

    private static ulong Key(int context, int token) => ((ulong)(uint)context << 32) | (uint)token;

    /// <summary>The slot where a key is, or would be inserted.</summary>
    private int SlotOf(ulong key)
    {
        // Fibonacci hashing: the high bits of a product depend on all bits of the key.
        var slot = (int)((key * 0x9E3779B97F4A7C15) >> 34) & (_slots.Length - 1);
        while (_slots[slot] is not 0 and var id && _keys[id - 1] != key)
        {
            slot = (slot + 1) & (_slots.Length - 1);
        }

        return slot;
    }

    private void Grow()
    {
        if (_slots.Length == Largest)
        {
            throw new InvalidOperationException(
                $"There are more than {Count:N0} different n-grams of one order; count a shorter text or a lower order."
            );
        }

        Array.Resize(ref _keys, Count * 2);
        Array.Resize(ref _occurrences, Count * 2);
        Array.Resize(ref _continuations, Count * 2);
        _slots = new int[_slots.Length * 2];
        for (var id = 0; id < Count; id++)
        {
            _slots[SlotOf(_keys[id])] = id + 1;
        }
    }
}
