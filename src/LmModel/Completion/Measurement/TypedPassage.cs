namespace LmModel.Completion.Measurement;

/// <summary>A passage of a text that someone types, with the words in it.</summary>
/// <param name="Text">The whole text.</param>
/// <param name="Context">Where the text begins that the model sees before the passage.</param>
/// <param name="Words">Begin and end of each word, in order; at least one.</param>
/// <param name="End">Where the passage ends: at the next word, or the end of the text.</param>
internal sealed record TypedPassage(string Text, int Context, IReadOnlyList<(int Begin, int End)> Words, int End)
{
    /// <summary>Words of a passage.</summary>
    public const int WordsOfAPassage = 50;

    /// <summary>Most characters that the model sees before a passage.</summary>
    public const int ContextCharacters = 1000;

    /// <summary>Passages at equal distances, which together have about a number of words.</summary>
    /// <param name="text">The text.</param>
    /// <param name="words">All words of a shorter text.</param>
    /// <exception cref="ArgumentException">The text has no passage of as many words as one has.</exception>
    public static IReadOnlyList<TypedPassage> Of(string text, int words)
    {
        var all = WordsOf(text);
        var (possible, wanted) = (all.Count / WordsOfAPassage, Math.Max(1, words / WordsOfAPassage));
        if (possible == 0)
        {
            throw new ArgumentException(
                $"The text has {all.Count} words; to measure completions it needs at least {WordsOfAPassage}.");
        }

        var count = Math.Min(possible, wanted);
        return [.. Enumerable.Range(0, count).Select(i => At((int)((long)i * possible / count) * WordsOfAPassage))];

        TypedPassage At(int first)
        {
            var context = Math.Max(0, all[first].Begin - ContextCharacters);
            // Not within a word, and so not within a character either.
            while (context > 0 && !char.IsWhiteSpace(text[context - 1]))
            {
                context++;
            }

            var next = first + WordsOfAPassage;
            return new(
                text, context, all[first..next], next < all.Count ? all[next].Begin : text.Length);
        }
    }

    /// <summary>The words of a text, as completions end them.</summary>
    private static List<(int Begin, int End)> WordsOf(string text)
    {
        var words = new List<(int, int)>();
        var end = new WordEnd(1);
        for (var place = 0; place < text.Length;)
        {
            // Words are short; what comes after them is not looked at.
            var rest = text.AsSpan(place, Math.Min(LongestLook, text.Length - place)).ToString();
            var state = end.Find(rest);
            if ((state.EndedAt ?? state.MayEndAt) is not { } length)
            {
                place += rest.Length;
                continue;
            }

            words.Add((WordEnd.OpenWordStart(text[..(place + length)]), place + length));
            place += length;
        }

        return words;
    }

    private const int LongestLook = 256;
}
