using System.Text;

namespace LmModel.Files;

/// <summary>
/// Words of commands that are printed, so that they can be pasted into <c>bash</c>, <c>zsh</c> and the like.
/// </summary>
internal static class ShellWord
{
    /// <summary>A word that the shell passes on unchanged.</summary>
    public static string Quote(string word) =>
        word.Length > 0 && word.All(c => char.IsAsciiLetterOrDigit(c) || "._-/,:+%@".Contains(c)) ? word
        : word.Any(char.IsControl) ? $"$'{Escaped(word)}'"
        : $"'{word.Replace("'", @"'\''", StringComparison.Ordinal)}'";

    /// <summary>The same for the path of a file, which a command must not mistake for an option.</summary>
    public static string Path(string path) => Quote(path.StartsWith('-') ? $"./{path}" : path);

    /// <summary>As in <c>$'…'</c> (POSIX.1-2024, 2.2.4): a line break would end the line that is pasted.</summary>
    private static string Escaped(string word)
    {
        var text = new StringBuilder();
        foreach (var c in word)
        {
            _ = c switch
            {
                '\\' or '\'' => text.Append('\\').Append(c),
                '\n' => text.Append(@"\n"),
                '\r' => text.Append(@"\r"),
                '\t' => text.Append(@"\t"),
                // Three digits at most, so a digit may follow.
                < ' ' or '\u007f' => text.Append('\\').Append(Convert.ToString(c, 8).PadLeft(3, '0')),
                >= '\u0080' and < '\u00a0' => text.Append($"\\u{(int)c:x4}"),
                _ => text.Append(c),
            };
        }

        return text.ToString();
    }
}
