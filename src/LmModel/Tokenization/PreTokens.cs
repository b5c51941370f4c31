using System.Text.RegularExpressions;

namespace LmModel.Tokenization;

/// <summary>
/// Cuts a text into words, numbers, runs of other signs and white space, which no token crosses: the pattern of GPT-2
/// (Radford et al. 2019, <c>encoder.py</c>). A space belongs to the word after it. Every character is in some piece.
/// </summary>
/// <remarks>
/// Unlike GPT-2's, a piece ends after 256 characters: the encoder's time grows with the square of a piece, and one prompt
/// without a space must not hold a server up for minutes. A surrogate pair counts as one character and is never cut.
/// </remarks>
internal static partial class PreTokens
{
    [GeneratedRegex(
        @"'(?:[sdmt]|ll|ve|re)| ?\p{L}{1,256}| ?\p{N}{1,256}| ?(?:[^\s\p{L}\p{N}\p{Cs}]|\p{Cs}{2}){1,256}"
        + @"|\s{1,256}(?!\S)|\s{1,256}",
        RegexOptions.CultureInvariant)]
    public static partial Regex Pattern { get; }
}
