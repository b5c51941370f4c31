namespace LmModel.Evaluation.Leaks;

/// <summary>
/// Searches training text for passages of a scored text. The training text is read once, in pieces of any length. Takes
/// linear time, and memory for the scored text only.
/// </summary>
/// <remarks>The check is exact: characters are compared, not hashes. Lines end at <c>\n</c>; characters are UTF-16
/// units.</remarks>
internal sealed class LeakCheck
{
    /// <summary>Default number of characters in a window: about ten words, which two texts rarely share by
    /// chance.</summary>
    public const int DefaultWindow = 50;

    /// <summary>
    /// Maximum number of characters of a scored text that are checked, so that memory stays below about half a
    /// gigabyte.
    /// </summary>
    public const int MostCharacters = 8_000_000;

    private readonly string _scored;
    private readonly int _window;
    private readonly int _unchecked;
    private readonly SuffixAutomaton _automaton;

    // By state: whether one of its passages, at least as long as a window, occurs in the training text.
    private readonly bool[] _seen;
    private readonly List<(string Document, long Windows)> _documents = [];
    private string _document = "the training text";
    private long _shared;
    private int _state;
    private int _length;
    private int _line = 1;
    private (int Length, int ScoredEnd, string Document, int EndLine) _longest;

    /// <param name="scored">The text that a model is scored on.</param>
    /// <param name="window">Number of characters in a window, at least 1.</param>
    /// <param name="cancellation">Stops the preparation.</param>
    public LeakCheck(string scored, int window = DefaultWindow, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(window, 1);
        _scored = scored[..Math.Min(scored.Length, MostCharacters)];
        _unchecked = scored.Length - _scored.Length;
        _window = window;
        _automaton = new SuffixAutomaton(_scored, cancellation);
        _seen = new bool[_automaton.States];
    }

    /// <summary>Checks a scored text against a single training text.</summary>
    public static LeakReport Of(string training, string scored, int window = DefaultWindow)
    {
        var check = new LeakCheck(scored, window);
        check.Read(training);
        return check.Report();
    }

    /// <summary>Starts a training document; passages do not extend across documents.</summary>
    /// <param name="name">The name of the document in the report.</param>
    public void Begin(string name)
    {
        EndDocument();
        (_document, _state, _length, _line) = (name, SuffixAutomaton.Root, 0, 1);
    }

    /// <summary>Reads the next piece of the document.</summary>
    public void Read(ReadOnlySpan<char> training)
    {
        foreach (var character in training)
        {
            // The longest passage of the scored text that ends here.
            int next;
            while ((next = _automaton.Next(_state, character)) < 0 && _state != SuffixAutomaton.Root)
            {
                _state = _automaton.Link(_state);
                _length = _automaton.Length(_state);
            }

            (_state, _length) = next < 0 ? (SuffixAutomaton.Root, 0) : (next, _length + 1);
            _line += character == '\n' ? 1 : 0;
            if (_length < _window)
            {
                continue;
            }

            _seen[_state] = true;
            _shared++;
            if (_length > _longest.Length)
            {
                _longest = (_length, _automaton.FirstEnd(_state), _document, _line);
            }
        }
    }

    public LeakReport Report()
    {
        EndDocument();
        SpreadToSuffixes();
        return new(
            _window,
            Math.Max(0, _scored.Length - _window + 1),
            CountShared(),
            Longest(),
            [.. _documents.OrderByDescending(d => d.Windows)],
            _unchecked);
    }

    /// <summary>Marks all suffixes of the passages that were found as found too.</summary>
    private void SpreadToSuffixes()
    {
        for (var state = 0; state < _seen.Length; state++)
        {
            if (!_seen[state])
            {
                continue;
            }

            for (var suffix = _automaton.Link(state);
                suffix >= 0 && !_seen[suffix] && _automaton.Length(suffix) >= _window;
                suffix = _automaton.Link(suffix))
            {
                _seen[suffix] = true;
            }
        }
    }

    /// <summary>
    /// Reads the scored text itself and checks at each character whether the window that ends there was found.
    /// </summary>
    private int CountShared()
    {
        var (shared, state, length) = (0, SuffixAutomaton.Root, 0);
        foreach (var character in _scored)
        {
            state = _automaton.Next(state, character);
            length = Math.Min(length + 1, _window);
            while (length > 0 && _automaton.Length(_automaton.Link(state)) >= length)
            {
                state = _automaton.Link(state);
            }

            shared += length == _window && _seen[state] ? 1 : 0;
        }

        return shared;
    }

    private SharedPassage? Longest()
    {
        if (_longest.Length == 0)
        {
            return null;
        }

        var start = _longest.ScoredEnd + 1 - _longest.Length;
        var text = _scored.Substring(start, _longest.Length);
        return new(
            text,
            _scored.AsSpan(0, start).Count('\n') + 1,
            _longest.Document,
            _longest.EndLine - text.AsSpan().Count('\n'));
    }

    private void EndDocument()
    {
        if (_shared > 0)
        {
            _documents.Add((_document, _shared));
            _shared = 0;
        }
    }
}
