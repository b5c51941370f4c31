using LmModel.Generation;
using LmModel.Tokenization;

namespace LmApi.OpenAi.Completions;

/// <summary>The log probabilities of tokens in the format of completions.</summary>
internal static class LogprobsReply
{
    /// <param name="tokenizer">Of the model.</param>
    /// <param name="tokens">The tokens of a text, or some of them.</param>
    /// <param name="losses">
    /// −ln p of the tokens after the first one, as exact as the engine has them, as far as there are any.
    /// </param>
    /// <param name="offset">Characters of the text before the first of the tokens.</param>
    public static CompletionLogprobs Of(
        Tokenizer tokenizer, IReadOnlyList<TokenEvent> tokens, double[] losses, int offset = 0)
    {
        double? Logprob(int i) => i > 0 && i <= losses.Length ? Finite(-losses[i - 1]) : FiniteFloat(tokens[i].Logprob);
        return new()
        {
            Tokens = tokens.Select(token => OpenAiNames.Of(tokenizer, token.Id)),
            TokenLogprobs = tokens.Select((_, i) => Logprob(i)),
            TopLogprobs = tokens.Select((token, i) => Top(tokenizer, token, Logprob(i))),
            TextOffset = Offsets(tokens, offset),
        };
    }

    /// <summary>Unicode characters, as Python counts them.</summary>
    public static int Characters(string text) => text.EnumerateRunes().Count();

    /// <summary>
    /// The token itself comes first and has the same number as among the log probabilities, so that whoever compares
    /// them finds it; tokens that are less probable are not above it, whatever rounding did to them.
    /// </summary>
    private static Dictionary<string, double?>? Top(Tokenizer tokenizer, TokenEvent token, double? logprob)
    {
        if (token.Logprob is null)
        {
            return null;
        }

        var top = new Dictionary<string, double?> { [OpenAiNames.Of(tokenizer, token.Id)] = logprob };
        var after = false;
        foreach (var alternative in token.Alternatives)
        {
            after |= alternative.Id == token.Id;
            var value = FiniteFloat(alternative.Logprob);
            top.TryAdd(
                OpenAiNames.Of(tokenizer, alternative.Id),
                after && logprob is { } most && value is { } less ? Math.Min(most, less) : value);
        }

        return top;
    }

    private static IEnumerable<int> Offsets(IReadOnlyList<TokenEvent> tokens, int offset)
    {
        foreach (var token in tokens)
        {
            yield return offset;
            offset += Characters(token.Text);
        }
    }

    /// <summary>JSON has no infinities; the shortest decimal of a float reads as it was.</summary>
    private static double? FiniteFloat(float? logprob) => logprob is { } value && float.IsFinite(value)
        ? double.Parse(value.ToString("R", Invariant), Invariant)
        : null;

    private static double? Finite(double logprob) => double.IsFinite(logprob) ? logprob : null;

    private static readonly IFormatProvider Invariant = System.Globalization.CultureInfo.InvariantCulture;
}
