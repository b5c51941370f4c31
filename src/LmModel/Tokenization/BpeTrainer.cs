using System.Runtime.InteropServices;
using System.Text;

namespace LmModel.Tokenization;

/// <summary>Learns a byte-level BPE (Sennrich et al. 2016, algorithm 1) from the words of a corpus.</summary>
/// <remarks>
/// <code>
/// words      "Ġthe" × 812            "Ġthen" × 40          distinct words only, each with its count
/// symbols    Ġ  t  h  e  ·  Ġ  t  h  e  n  ·                all words one after another, · ends a word
/// pairs      (t,h): 852 times, at positions 1 and 6
/// </code>
/// Joining a pair changes only its neighbours: their counts are adjusted in place, so a merge costs as much as the pair
/// has positions. The pair with the highest count comes from a heap whose counts may be out of date (only ever too
/// high, since counts of old pairs only fall); such a pair goes back with its present count. Ties go to the lower left
/// id, then to the lower right id.
/// </remarks>
internal sealed class BpeTrainer
{
    private const int None = -1;

    private readonly List<string> _vocabulary = [.. BpeVocabulary.SingleBytes];
    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);

    // Four parallel lists over the bytes of all words; a symbol lives at the position of its first byte.
    private readonly List<int> _symbols = [];
    private readonly List<int> _previous = [];
    private readonly List<int> _next = [];
    private readonly List<int> _counts = [];

    private readonly Dictionary<(int Left, int Right), Pair> _pairs = [];
    private readonly PriorityQueue<(int Left, int Right), (long Count, int Left, int Right)> _best = new(
        new BestFirst());

    private readonly CancellationToken _cancellation;

    /// <param name="pieces">The corpus.</param>
    /// <param name="cancellation">Ends the learning between two pieces, words or merges.</param>
    public BpeTrainer(IEnumerable<string> pieces, CancellationToken cancellation)
    {
        _cancellation = cancellation;
        for (var id = 0; id < _vocabulary.Count; id++)
            _ids.Add(_vocabulary[id], id);
        foreach (var (word, count) in CountWords(pieces))
        {
            cancellation.ThrowIfCancellationRequested();
            AddWord(Encoding.UTF8.GetBytes(word), count);
        }

        foreach (var (key, pair) in _pairs)
            _best.Enqueue(key, (pair.Count, key.Left, key.Right));
    }

    public BpeTokenizer Train(int vocabularySize)
    {
        var merges = new List<(string Left, string Right)>();
        while (_vocabulary.Count < vocabularySize && TakeBest() is { } best)
        {
            _cancellation.ThrowIfCancellationRequested();
            var (left, right) = (_vocabulary[best.Left], _vocabulary[best.Right]);
            merges.Add((left, right));

            // Two merges may produce the same bytes, ab+c and a+bc, which are one token.
            if (!_ids.TryGetValue(left + right, out var id))
            {
                id = _vocabulary.Count;
                _vocabulary.Add(left + right);
                _ids.Add(left + right, id);
            }

            Merge(best, id);
        }

        return new BpeTokenizer(_vocabulary, merges);
    }

    private Dictionary<string, int> CountWords(IEnumerable<string> pieces)
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        var lookup = counts.GetAlternateLookup<ReadOnlySpan<char>>();
        foreach (var text in TextPieces.Cut(pieces, PreTokens.LastCut))
        {
            _cancellation.ThrowIfCancellationRequested();
            foreach (var match in PreTokens.Pattern.EnumerateMatches(text))
                CollectionsMarshal.GetValueRefOrAddDefault(lookup, text.AsSpan(match.Index, match.Length), out _)++;
        }

        return counts;
    }

    private void AddWord(byte[] word, int count)
    {
        for (var i = 0; i < word.Length; i++)
        {
            var position = _symbols.Count;
            _symbols.Add(word[i]);
            _previous.Add(i > 0 ? position - 1 : None);
            _next.Add(i < word.Length - 1 ? position + 1 : None);
            _counts.Add(count);
            if (i > 0)
                Add((word[i - 1], word[i]), position - 1);
        }
    }

    private void Add((int Left, int Right) key, int position)
    {
        ref var pair = ref CollectionsMarshal.GetValueRefOrAddDefault(_pairs, key, out _);
        pair ??= new Pair();
        pair.Count += _counts[position];
        pair.Positions.Add(position);
    }

    private void Remove((int Left, int Right) key, int position)
    {
        // The position stays in the list and is recognized as stale when the pair is merged.
        if (_pairs.TryGetValue(key, out var pair))
            pair.Count -= _counts[position];
    }

    /// <summary>The most frequent pair that occurs at least twice.</summary>
    private (int Left, int Right)? TakeBest()
    {
        while (_best.TryDequeue(out var key, out var priority))
        {
            var count = _pairs.TryGetValue(key, out var pair) ? pair.Count : 0;
            if (count < 2)
                _pairs.Remove(key);
            else if (count < priority.Count)
                _best.Enqueue(key, (count, key.Left, key.Right));
            else
                return key;
        }

        return null;
    }

    private void Merge((int Left, int Right) key, int id)
    {
        _pairs.Remove(key, out var pair);
        var created = new HashSet<(int, int)>();

        // From left to right, so that aaa becomes (aa)a whatever the order in which the positions were found.
        pair!.Positions.Sort();
        foreach (var left in pair.Positions)
        {
            var right = _next[left];
            if (_symbols[left] == key.Left && right != None && _symbols[right] == key.Right)
                Join(left, right, id, created);
        }

        foreach (var (l, r) in created)
            _best.Enqueue((l, r), (_pairs[(l, r)].Count, l, r));
    }

    /// <summary>p [left] [right] n becomes p [left right] n.</summary>
    private void Join(int left, int right, int id, HashSet<(int, int)> created)
    {
        var (p, n) = (_previous[left], _next[right]);
        if (p != None)
        {
            Remove((_symbols[p], _symbols[left]), p);
            Add((_symbols[p], id), p);
            created.Add((_symbols[p], id));
        }

        if (n != None)
        {
            Remove((_symbols[right], _symbols[n]), right);
            Add((id, _symbols[n]), left);
            created.Add((id, _symbols[n]));
            _previous[n] = left;
        }

        _next[left] = n;
        _symbols[left] = id;
        _symbols[right] = None;
    }

    private sealed class Pair
    {
        public long Count { get; set; }

        public List<int> Positions { get; } = [];
    }

    private sealed class BestFirst : IComparer<(long Count, int Left, int Right)>
    {
        public int Compare((long Count, int Left, int Right) x, (long Count, int Left, int Right) y) =>
            (y.Count, x.Left, x.Right).CompareTo((x.Count, y.Left, y.Right));
    }
}
