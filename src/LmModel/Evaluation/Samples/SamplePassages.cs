using LmModel.Tokenization;

namespace LmModel.Evaluation.Samples;

/// <summary>Passages of a text: beginnings to continue, with what really follows.</summary>
internal static class SamplePassages
{
    /// <summary>Characters of a prompt at least; it ends with the word that they end in.</summary>
    public const int PromptCharacters = 200;

    /// <summary>Room for a passage, in units of the average length of its tokens.</summary>
    private const double Room = 1.5;

    /// <summary>Passages at equal distances, without overlaps, each from the beginning of a line if one is near.</summary>
    /// <param name="text">The text, not trained on.</param>
    /// <param name="tokenizer">Of the model that is to continue the prompts.</param>
    /// <param name="count">How many; fewer where the text is too short.</param>
    /// <param name="tokens">Tokens of what follows each prompt.</param>
    /// <param name="cancellation">Stops the reading.</param>
    /// <exception cref="ArgumentException">The text is too short for one passage.</exception>
    public static IReadOnlyList<SampleText> Of(
        string text, Tokenizer tokenizer, int count, int tokens, CancellationToken cancellation)
    {
        text = tokenizer.Normalize(text);
        var room = RoomOf(text, tokenizer, tokens, cancellation);
        var possible = Math.Min(count, text.Length / room);
        if (possible == 0)
        {
            throw new ArgumentException(
                $"The held-out text has {text.Length:N0} characters; a passage of {tokens} tokens needs {room:N0}.");
        }

        var passages = new List<SampleText>();
        for (var i = 0; i < possible; i++)
        {
            var begin = (int)((long)i * text.Length / possible);
            var end = (int)((i + 1L) * text.Length / possible);
            if (At(text, begin, end, tokenizer, tokens) is { } passage)
            {
                passages.Add(passage);
            }
        }

        return passages.Count > 0
            ? passages
            : throw new ArgumentException($"The held-out text has no passage of {tokens} tokens with a whole word.");
    }

    /// <summary>How many passages there is room for, at most <paramref name="count"/>.</summary>
    public static int Possible(
        string text, Tokenizer tokenizer, int count, int tokens, CancellationToken cancellation) =>
        Math.Min(count, text.Length / RoomOf(text, tokenizer, tokens, cancellation));

    private static int RoomOf(string text, Tokenizer tokenizer, int tokens, CancellationToken cancellation)
    {
        var perToken = (double)text.Length / Math.Max(1, tokenizer.Encode(text, cancellation).Length);
        return (2 * PromptCharacters) + (int)(Room * perToken * tokens);
    }

    private static SampleText? At(string text, int begin, int end, Tokenizer tokenizer, int tokens)
    {
        var line = begin == 0 ? 0 : text.IndexOf('\n', begin, Math.Min(PromptCharacters, end - begin)) + 1;
        var start = line > 0 || begin == 0 ? line : text.IndexOf(' ', begin) + 1;
        var cut = start + PromptCharacters;
        while (cut < end && !char.IsWhiteSpace(text[cut]))
        {
            cut++;
        }

        var following = tokenizer.Encode(text[cut..end]);
        return following.Length < tokens
            ? null
            : new SampleText(text[start..cut], tokenizer.Decode(following.AsSpan(0, tokens)));
    }
}
