using System.Text;

namespace LmCli.Terminal;

/// <summary>Text of unknown origin as a terminal may be shown it.</summary>
internal static class Printable
{
    /// <summary>
    /// Writes control characters as <c>\xHH</c>: a terminal would obey them. Tabs and line feeds stay.
    /// </summary>
    public static string Text(ReadOnlySpan<char> text)
    {
        var shown = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            _ = char.IsControl(c) && c is not ('\t' or '\n') ? shown.Append($"\\x{(int)c:X2}") : shown.Append(c);
        }

        return shown.ToString();
    }
}
