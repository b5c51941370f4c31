namespace LmModel.Guard.Measurement;

/// <summary>
/// Finds the runs of a number of tokens that texts share with a training text: exactly, token by token. The training
/// text is read once; the memory is that of the texts' runs.
/// </summary>
/// <param name="run">Tokens of a run.</param>
internal sealed class CopyCheck(int run)
{
    private readonly Dictionary<int[], bool> _found = new(RunComparer.Instance);
    private readonly int[] _last = new int[run];
    private int _count;

    /// <summary>Asks about the runs of a text.</summary>
    /// <param name="tokens">The text.</param>
    /// <param name="from">Index of the first token in which they may end.</param>
    public void Ask(ReadOnlySpan<int> tokens, int from)
    {
        for (var end = Math.Max(from + 1, run); end <= tokens.Length; end++)
        {
            _found.TryAdd(tokens[(end - run)..end].ToArray(), false);
        }
    }

    /// <summary>Reads the next tokens of the training text.</summary>
    public void Read(ReadOnlySpan<int> training)
    {
        var asked = _found.GetAlternateLookup<ReadOnlySpan<int>>();
        foreach (var token in training)
        {
            _last.AsSpan(1).CopyTo(_last);
            _last[^1] = token;
            if (++_count >= run && asked.ContainsKey(_last))
            {
                asked[_last] = true;
            }
        }
    }

    /// <summary>The runs of a text, asked about before, that are in the training text.</summary>
    /// <inheritdoc cref="Ask"/>
    public int Copied(ReadOnlySpan<int> tokens, int from)
    {
        var asked = _found.GetAlternateLookup<ReadOnlySpan<int>>();
        var copied = 0;
        for (var end = Math.Max(from + 1, run); end <= tokens.Length; end++)
        {
            copied += asked[tokens[(end - run)..end]] ? 1 : 0;
        }

        return copied;
    }

    /// <summary>The runs asked about that are not in the training text, and how many of them a filter takes for one
    /// that is.</summary>
    public (int Runs, int Mistaken) Mistakes(VerbatimFilter filter)
    {
        var absent = _found.Where(run => !run.Value).Select(run => run.Key).ToList();
        return (absent.Count, absent.Count(run => filter.HasRun(run)));
    }

    private sealed class RunComparer : IEqualityComparer<int[]>, IAlternateEqualityComparer<ReadOnlySpan<int>, int[]>
    {
        public static readonly RunComparer Instance = new();

        public bool Equals(int[]? x, int[]? y) => x.AsSpan().SequenceEqual(y);

        public bool Equals(ReadOnlySpan<int> alternate, int[] other) => alternate.SequenceEqual(other);

        public int GetHashCode(int[] obj) => GetHashCode(obj.AsSpan());

        public int GetHashCode(ReadOnlySpan<int> alternate)
        {
            var hash = 17;
            foreach (var token in alternate)
            {
                hash = unchecked((hash * 1_000_003) ^ token);
            }

            return hash;
        }

        public int[] Create(ReadOnlySpan<int> alternate) => alternate.ToArray();
    }
}
