using System.Buffers;

namespace LmModel.Sampling;

/// <summary>
/// Finds stop sequences in a text that arrives in pieces, and holds back what may be the start of one.
/// </summary>
/// <remarks>
/// The result does not depend on where the pieces are cut: it is the text before the earliest start of any stop
/// sequence in the whole. After <c>abc</c>, with the stop sequences <c>abcd</c> and <c>bc</c>, the next character
/// decides where the text ends. Not thread-safe: one matcher a sequence.
/// </remarks>
internal sealed class StopMatcher
{
    private readonly string[] _stop;
    private readonly SearchValues<char> _firstCharacters;

    // The longest suffix of the text so far that begins a stop sequence without completing it.
    private string _held = "";

    /// <param name="stop">Any number; none is empty or has half a surrogate pair.</param>
    /// <exception cref="ArgumentException">One of them does.</exception>
    public StopMatcher(IReadOnlyList<string> stop)
    {
        ArgumentNullException.ThrowIfNull(stop);
        foreach (var (i, text) in stop.Index())
        {
            if (string.IsNullOrEmpty(text))
                throw new ArgumentException($"Stop sequence {i} is empty.", nameof(stop));
            if (HasLoneSurrogate(text))
                throw new ArgumentException($"Stop sequence {i} has an unpaired surrogate.", nameof(stop));
        }

        _stop = [.. stop];
        _firstCharacters = SearchValues.Create([.. _stop.Select(s => s[0])]);
    }

    /// <summary>A stop sequence was found; no more text is returned.</summary>
    public bool Stopped => Matched is not null;

    /// <summary>
    /// The stop sequence that was found; null if none was. Of several that begin at the same place it is the shortest,
    /// which is complete first.
    /// </summary>
    public string? Matched { get; private set; }

    /// <summary>Adds the next piece and returns the text that can no longer be part of a stop sequence.</summary>
    public string Append(string piece) => Advance(piece, ended: false);

    /// <summary>
    /// The text has ended: returns what was held back. If a longer stop sequence that begins earlier was still
    /// possible, a shorter one may be found now; read <see cref="Stopped"/> afterwards.
    /// </summary>
    public string Flush() => Advance("", ended: true);

    private string Advance(string piece, bool ended)
    {
        if (Stopped)
            return "";
        var text = _held.Length == 0 ? piece : _held + piece;
        var end = FindEnd(text, ended);
        _held = Stopped ? "" : text[end..];
        return text[..end];
    }

    /// <summary>Index of the first match or possible beginning of one; the length if there is neither.</summary>
    private int FindEnd(string text, bool ended)
    {
        for (var i = 0; i < text.Length; i++)
        {
            var next = text.AsSpan(i).IndexOfAny(_firstCharacters);
            if (next < 0)
                break;
            i += next;
            var rest = text.AsSpan(i);
            Matched = ShortestMatch(rest);
            if (Stopped)
                return i;

            if (!ended && MayMatch(rest))
                return i;
        }

        return text.Length;
    }

    private string? ShortestMatch(ReadOnlySpan<char> rest)
    {
        string? shortest = null;
        foreach (var stop in _stop)
        {
            if (rest.StartsWith(stop) && (shortest is null || stop.Length < shortest.Length))
                shortest = stop;
        }

        return shortest;
    }

    private bool MayMatch(ReadOnlySpan<char> rest)
    {
        foreach (var stop in _stop)
        {
            if (stop.AsSpan().StartsWith(rest))
                return true;
        }

        return false;
    }

    private static bool HasLoneSurrogate(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsSurrogatePair(text, i))
                i++;
            else if (char.IsSurrogate(text[i]))
                return true;
        }

        return false;
    }
}
