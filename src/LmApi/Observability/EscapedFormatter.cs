using System.Globalization;
using System.Text;
using Serilog.Events;
using Serilog.Formatting;

namespace LmApi.Observability;

/// <summary>
/// Writes an event as one line, whatever its values contain, so that a client can neither forge a line of the log nor
/// control the terminal that shows it. Control characters are written as escapes such as <c>\u000A</c>, which mean the
/// same in JSON.
/// </summary>
/// <param name="line">Writes an event without its exception's lines; a line break at the end is its own.</param>
/// <param name="exceptionBelow">Whether the exception follows, on indented lines.</param>
internal sealed class EscapedFormatter(ITextFormatter line, bool exceptionBelow) : ITextFormatter
{
    private const string Indentation = "   ";

    public void Format(LogEvent logEvent, TextWriter output)
    {
        using var plain = new StringWriter(CultureInfo.InvariantCulture);
        line.Format(logEvent, plain);
        var text = plain.ToString();
        text = text.EndsWith(output.NewLine, StringComparison.Ordinal) ? text[..^output.NewLine.Length] : text;
        Write(text.AsSpan().TrimEnd(' '), output);
        output.WriteLine();
        if (!exceptionBelow || logEvent.Exception is null)
        {
            return;
        }

        foreach (var below in logEvent.Exception.ToString().AsSpan().EnumerateLines())
        {
            output.Write(Indentation);
            Write(below, output);
            output.WriteLine();
        }
    }

    private static void Write(ReadOnlySpan<char> text, TextWriter output)
    {
        Span<char> units = stackalloc char[2];
        foreach (var rune in text.EnumerateRunes())
        {
            foreach (var unit in units[..rune.EncodeToUtf16(units)])
            {
                if (IsText(rune))
                {
                    output.Write(unit);
                }
                else
                {
                    output.Write($"\\u{(int)unit:X4}");
                }
            }
        }
    }

    /// <summary>
    /// Line breaks, escapes, C1 controls, and characters that change the direction of text are not.
    /// </summary>
    private static bool IsText(Rune rune) => Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format
        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
}
