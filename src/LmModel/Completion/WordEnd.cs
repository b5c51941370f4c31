using System.Globalization;
using System.Text;

namespace LmModel.Completion;

/// <summary>
/// The end of the n-th word to which the completion adds a character. A word is a run of letters, marks and digits,
/// with single apostrophes between them; what stands between two words belongs to the completion.
/// </summary>
/// <param name="words">n, at least 1.</param>
internal sealed class WordEnd(int words) : CompletionEnd
{
    /// <summary>Enough for a long word of single characters or bytes.</summary>
    private const int TokensOfAWord = 32;

    public override int MostTokens => TokensOfAWord * words;

    /// <remarks>
    /// Wide enough that a single word is not lost among the beginnings of others, also where tokens are characters.
    /// </remarks>
    public override int Width(int count) => Math.Max(Math.Max(8, 2 * count), 32 / words);

    public override NextCharacter Kind(Rune character) =>
        IsWord(character) ? NextCharacter.Inside
        : IsApostrophe(character) ? NextCharacter.Apostrophe
        : NextCharacter.Outside;

    public override EndState Find(string insert)
    {
        var (seen, inWord, apostrophe, place) = (0, false, -1, 0);
        foreach (var rune in insert.EnumerateRunes())
        {
            if (IsWord(rune))
            {
                seen += inWord ? 0 : 1;
                (inWord, apostrophe) = (true, -1);
            }
            else if (inWord && apostrophe < 0 && IsApostrophe(rune))
            {
                apostrophe = place;
            }
            else if (inWord && seen == words)
            {
                return new(apostrophe < 0 ? place : apostrophe, null, false);
            }
            else
            {
                (inWord, apostrophe) = (false, -1);
            }

            place += rune.Utf16SequenceLength;
        }

        return inWord && seen == words
            ? new(null, apostrophe < 0 ? place : apostrophe, apostrophe >= 0)
            : default;
    }

    /// <summary>Where the word begins that a text ends with; its length if it does not end with one.</summary>
    public static int OpenWordStart(string text)
    {
        var start = text.Length;
        while (start > 0 && Rune.DecodeLastFromUtf16(text.AsSpan(0, start), out var last, out var length) == default)
        {
            var before = start - length;
            if (!IsWord(last) && !(IsApostrophe(last) && EndsWithWord(text.AsSpan(0, before))))
            {
                break;
            }

            start = before;
        }

        return start;
    }

    private static bool EndsWithWord(ReadOnlySpan<char> text) =>
        Rune.DecodeLastFromUtf16(text, out var last, out _) == default && IsWord(last);

    private static bool IsWord(Rune rune) => Rune.IsLetterOrDigit(rune) || IsMark(Rune.GetUnicodeCategory(rune));

    private static bool IsMark(UnicodeCategory category) =>
        category is UnicodeCategory.NonSpacingMark
            or UnicodeCategory.SpacingCombiningMark
            or UnicodeCategory.EnclosingMark;

    private static bool IsApostrophe(Rune rune) => rune.Value is '\'' or '’';
}
