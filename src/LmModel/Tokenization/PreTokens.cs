using System.Text.RegularExpressions;

namespace LmModel.Tokenization;

/// <summary>
/// Cuts a text into words, numbers, runs of other signs and white space, which no token crosses: the pattern of GPT-2
/// (Radford et al. 2019, <c>encoder.py</c>). A space belongs to the word after it. Every character is in some piece.
/// </summary>
internal static partial class PreTokens
{
    [GeneratedRegex(@"'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+", RegexOptions.CultureInvariant)]
    public static partial Regex Pattern { get; }
}
