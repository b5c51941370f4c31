using System.Text;

namespace LmCli.Score;

/// <summary>
/// Splits bytes that arrive in pieces into lines of text. Bytes that are not UTF-8 become U+FFFD, because a log may
/// have any; a carriage return before a line feed is removed.
/// </summary>
internal sealed class LineSplitter
{
    /// <summary>UTF-16 units of the longest line; a longer one is cut into several, so that memory is bounded.</summary>
    public const int MaxLength = 1 << 16;

    private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();
    private readonly StringBuilder _line = new();
    private char[] _characters = [];

    /// <summary>The lines that these bytes complete.</summary>
    public IReadOnlyList<string> Add(ReadOnlySpan<byte> bytes)
    {
        if (_characters.Length < bytes.Length + 1)
        {
            _characters = new char[bytes.Length + 1];
        }

        var lines = new List<string>();
        var left = _characters.AsSpan(0, _decoder.GetChars(bytes, _characters, flush: false));
        while (!left.IsEmpty)
        {
            var end = left.IndexOf('\n');
            var part = left[..Math.Min(end < 0 ? left.Length : end, MaxLength - _line.Length)];
            _line.Append(part);
            left = left[part.Length..];
            if (end == part.Length)
            {
                left = left[1..];
                lines.Add(Take());
            }
            else if (_line.Length == MaxLength)
            {
                lines.Add(Take());
            }
        }

        return lines;
    }

    /// <summary>The last line, which has no line break; null if nothing is left.</summary>
    public string? Flush()
    {
        Span<char> rest = stackalloc char[4];
        _line.Append(rest[.._decoder.GetChars([], rest, flush: true)]);
        return _line.Length == 0 ? null : Take();
    }

    private string Take()
    {
        if (_line.Length > 0 && _line[^1] == '\r')
        {
            _line.Length--;
        }

        var line = _line.ToString();
        _line.Clear();
        return line;
    }
}
