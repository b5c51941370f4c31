namespace LmModel.Evaluation.Leaks;

/// <summary>
/// Recognizes every passage of a text: the minimal automaton of its suffixes (Blumer et al. 1985), built character by
/// character in linear time.
/// </summary>
/// <remarks>
/// A state represents passages that end at the same positions; all of them are suffixes of the longest one. There are
/// at most 2 n states and 3 n edges, which take about 60 bytes per character together.
/// </remarks>
internal sealed class SuffixAutomaton
{
    public const int Root = 0;
    private const int None = -1;

    private readonly List<State> _states;
    private readonly List<Edge> _edges;

    // Only the root has an edge for every character that occurs, so it uses a table instead of a long list.
    private readonly int[] _fromRoot = new int[char.MaxValue + 1];

    /// <exception cref="OperationCanceledException">The construction was cancelled.</exception>
    public SuffixAutomaton(ReadOnlySpan<char> text, CancellationToken cancellation = default)
    {
        _states = new(text.Length * 3 / 2) { new(0, None, 0, None) };
        _edges = new(text.Length * 2);
        Array.Fill(_fromRoot, None);
        var last = Root;
        for (var i = 0; i < text.Length; i++)
        {
            if ((i & 0xFFFF) == 0)
            {
                cancellation.ThrowIfCancellationRequested();
            }

            last = Append(last, text[i], i);
        }
    }

    public int States => _states.Count;

    /// <summary>Number of characters in the longest passage of a state.</summary>
    public int Length(int state) => _states[state].Length;

    /// <summary>The state of the longest suffix that ends at more positions; all passages of this state are longer than
    /// that.</summary>
    public int Link(int state) => _states[state].Link;

    /// <summary>The position at which the passages of a state first end: the index of their last character.</summary>
    public int FirstEnd(int state) => _states[state].FirstEnd;

    /// <summary>The state after a state's passages are extended by a character; −1 if the result does not occur in the
    /// text.</summary>
    public int Next(int state, char character)
    {
        if (state == Root)
        {
            return _fromRoot[character];
        }

        var edge = EdgeOf(state, character);
        return edge == None ? None : _edges[edge].Target;
    }

    private int Append(int last, char character, int index)
    {
        var added = Add(new(_states[last].Length + 1, None, index, None));
        var state = last;
        for (; state != None && Next(state, character) == None; state = _states[state].Link)
        {
            SetNext(state, character, added);
        }

        SetLink(added, state == None ? Root : Suffix(state, character));
        return added;
    }

    /// <summary>
    /// The state whose longest passage is that of <paramref name="state"/> followed by the character. If necessary, it
    /// is split off from another state.
    /// </summary>
    private int Suffix(int state, char character)
    {
        var target = Next(state, character);
        if (_states[target].Length == _states[state].Length + 1)
        {
            return target;
        }

        var parted = Add(_states[target] with { Length = _states[state].Length + 1, FirstEdge = None });
        for (var edge = _states[target].FirstEdge; edge != None; edge = _edges[edge].Following)
        {
            SetNext(parted, _edges[edge].Character, _edges[edge].Target);
        }

        for (; state != None && Next(state, character) == target; state = _states[state].Link)
        {
            SetNext(state, character, parted);
        }

        SetLink(target, parted);
        return parted;
    }

    private int Add(State state)
    {
        _states.Add(state);
        return _states.Count - 1;
    }

    private void SetLink(int state, int link) => _states[state] = _states[state] with { Link = link };

    private void SetNext(int state, char character, int target)
    {
        if (state == Root)
        {
            _fromRoot[character] = target;
        }
        else if (EdgeOf(state, character) is not None and var edge)
        {
            _edges[edge] = _edges[edge] with { Target = target };
        }
        else
        {
            _edges.Add(new(character, target, _states[state].FirstEdge));
            _states[state] = _states[state] with { FirstEdge = _edges.Count - 1 };
        }
    }

    private int EdgeOf(int state, char character)
    {
        var edge = _states[state].FirstEdge;
        while (edge != None && _edges[edge].Character != character)
        {
            edge = _edges[edge].Following;
        }

        return edge;
    }

    private readonly record struct State(int Length, int Link, int FirstEnd, int FirstEdge);

    private readonly record struct Edge(char Character, int Target, int Following);
}
