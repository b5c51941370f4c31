using System.Text;
using LmModel.Generation;
using LmModel.Tokenization;

namespace LmModel.Scoring;

/// <summary>A text to score, as tokens of one model.</summary>
internal sealed record ScoreRequest
{
    private ScoreRequest(string text, int[] tokens, int context, string scored)
    {
        (Text, Tokens, Context) = (text, tokens, context);
        (Characters, Bytes) = (scored.EnumerateRunes().LongCount(), Encoding.UTF8.GetByteCount(scored));
    }

    /// <summary>The text without what is given.</summary>
    public string Text { get; }

    /// <summary>The given tokens and those of the text; at least one.</summary>
    public int[] Tokens { get; }

    /// <summary>Number of given tokens; 0 if the text itself gives its first token.</summary>
    public int Context { get; }

    /// <summary>Unicode characters of the scored part of the text.</summary>
    public long Characters { get; }

    /// <summary>UTF-8 bytes of the scored part of the text.</summary>
    public long Bytes { get; }

    /// <summary>The same work for the engine.</summary>
    public GenerationSettings Settings => new()
    {
        PromptTokens = Tokens,
        MaxTokens = 0,
        Seed = 0,
        ScoredFrom = Math.Max(1, Context),
    };

    /// <param name="tokenizer">The tokenizer of the model.</param>
    /// <param name="startToken">The token that stands for an empty context.</param>
    /// <param name="text">The text; at least one token.</param>
    /// <param name="given">
    /// What comes before it and is not scored; empty for the beginning of a text, so that every token of the text is
    /// scored. With null, the first token of the text is given, as by <c>lm evaluate</c>.
    /// </param>
    /// <exception cref="UnknownCharacterException">The vocabulary does not have a character.</exception>
    /// <exception cref="ArgumentException">The text has no tokens.</exception>
    public static ScoreRequest Of(Tokenizer tokenizer, int startToken, string text, string? given)
    {
        var tokens = tokenizer.Encode(text);
        if (tokens.Length == 0)
        {
            throw new ArgumentException("A text to score must have at least one token.", nameof(text));
        }

        var context = given is null ? null : tokenizer.Encode(given);
        return Of(tokenizer, startToken, tokenizer.Normalize(text), tokens, context);
    }

    /// <inheritdoc cref="Of(Tokenizer, int, string, string?)"/>
    /// <param name="tokenizer">The tokenizer of the model.</param>
    /// <param name="startToken">The token that stands for an empty context.</param>
    /// <param name="text">The text of the tokens.</param>
    /// <param name="tokens">Ids below V; at least one.</param>
    /// <param name="given">Ids below V; see the other overload.</param>
    public static ScoreRequest Of(Tokenizer tokenizer, int startToken, string text, int[] tokens, int[]? given)
    {
        int[] context = given is [] ? [startToken] : given ?? [];
        return new(
            text,
            [.. context, .. tokens],
            context.Length,
            given is null ? text[FirstLength(tokenizer, text, tokens[0])..] : text);
    }

    /// <summary>
    /// UTF-16 units of the first token in the text; a word's leading space may be missing there.
    /// </summary>
    private static int FirstLength(Tokenizer tokenizer, string text, int first)
    {
        var token = tokenizer.Decode([first]);
        var bare = token.TrimStart(' ');
        return text.StartsWith(token, StringComparison.Ordinal) ? token.Length
            : text.StartsWith(bare, StringComparison.Ordinal) ? bare.Length
            : 0;
    }
}
