using System.Globalization;
using System.Text;

namespace LmModel.Tokenization;

/// <summary>
/// A text has characters that are not in a tokenizer's vocabulary; the message names them and the place of the first.
/// </summary>
public sealed class UnknownCharacterException : Exception
{
    /// <summary>Maximum number of distinct unknown characters in the message.</summary>
    private const int MostNamed = 10;

    /// <param name="characters">The distinct unknown characters, in the order of their first appearance.</param>
    /// <param name="index">Index of the first one in the text, in UTF-16 units.</param>
    public UnknownCharacterException(IReadOnlyList<Rune> characters, int index) : base(Describe(characters, index))
    {
        Characters = characters;
        Index = index;
    }

    public IReadOnlyList<Rune> Characters { get; }

    public int Index { get; }

    private static string Describe(IReadOnlyList<Rune> characters, int index)
    {
        var named = characters.Take(MostNamed).Select(c => $"{Name(c)} (U+{c.Value:X4})");
        var rest = characters.Count > MostNamed ? $" and {characters.Count - MostNamed} more" : "";
        return $"The vocabulary does not have {string.Join(", ", named)}{rest}; first at index {index}.";
    }

    private static string Name(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate
            ? "control character"
            : $"'{rune}'";
}
