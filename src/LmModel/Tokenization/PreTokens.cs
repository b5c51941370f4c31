using System.Text.RegularExpressions;

namespace LmModel.Tokenization;

/// <summary>
/// Cuts a text into words, numbers, runs of other signs and white space, which no token crosses: the pattern of GPT-2
/// (Radford et al. 2019, <c>encoder.py</c>). A space belongs to the word after it. Every character is in some piece.
/// </summary>
/// <remarks>
/// Unlike in GPT-2, a piece ends after 256 characters: the time of the encoder grows with the square of a piece, and
/// one prompt without a space must not block a server for minutes. A surrogate pair counts as one character and is
/// never cut.
/// </remarks>
internal static partial class PreTokens
{
    [GeneratedRegex(
        @"'(?:[sdmt]|ll|ve|re)| ?\p{L}{1,256}| ?\p{N}{1,256}| ?(?:[^\s\p{L}\p{N}\p{Cs}]|\p{Cs}{2}){1,256}"
        + @"|\s{1,256}(?!\S)|\s{1,256}",
        RegexOptions.CultureInvariant)]
    public static partial Regex Pattern { get; }

    /// <summary>
    /// UTF-16 units of the longest piece, a space and 256 surrogate pairs, and the one it looks ahead at.
    /// </summary>
    private const int Reach = 1 + (2 * 256) + 1;

    /// <summary>
    /// The last end of a piece in <paramref name="text"/> that is one whatever follows the text; 0 if there is none.
    /// </summary>
    /// <remarks>
    /// A piece has white space at its beginning only, so one always ends where white space follows something else, and
    /// what stands behind that place changes none before it. In a long text without such a place the pieces themselves
    /// tell: what is out of a piece's reach cannot change where it begins.
    /// </remarks>
    public static int LastCut(string text)
    {
        var cut = TextPieces.BeforeWhiteSpace(text);
        if (cut > 0 || text.Length < Reach)
            return cut;
        foreach (var piece in Pattern.EnumerateMatches(text))
        {
            if (piece.Index + Reach > text.Length)
                break;
            cut = piece.Index;
        }

        return cut;
    }
}
