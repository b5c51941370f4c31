using System.Buffers;
using System.Globalization;
using System.Text;

namespace LmModel.Files;

/// <summary>Makes text from untrusted files safe for one line of a terminal or a log.</summary>
internal static class Printable
{
    /// <summary>UTF-16 units of the longest line; what follows is cut off.</summary>
    public const int LongestLine = 2000;

    /// <summary>
    /// The text with everything that is invisible, or that changes the display of the rest, escaped as in JSON: control
    /// and format characters, line ends, unpaired surrogates.
    /// </summary>
    public static string Line(string text)
    {
        var line = new StringBuilder();
        for (var i = 0; i < text.Length;)
        {
            if (line.Length >= LongestLine)
            {
                return line.Append('…').ToString();
            }

            var shows =
                Rune.DecodeFromUtf16(text.AsSpan(i), out var rune, out var length) == OperationStatus.Done
                && Shows(rune);
            foreach (var unit in text.AsSpan(i, length))
            {
                if (shows)
                {
                    line.Append(unit);
                }
                else
                {
                    line.Append(CultureInfo.InvariantCulture, $"\\u{(int)unit:x4}");
                }
            }

            i += length;
        }

        return line.ToString();
    }

    private static bool Shows(Rune rune) => Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
        or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Surrogate);
}
