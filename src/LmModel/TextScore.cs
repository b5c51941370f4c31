using LmModel.Generation;

namespace LmModel;

/// <summary>How well a model predicts a text; see <see cref="TextModel.ScoreAsync"/>.</summary>
public sealed class TextScore
{
    internal TextScore(string text, IReadOnlyList<TokenEvent> tokens)
    {
        (Text, Tokens) = (text, tokens);
        Nats = -tokens.Sum(token => (double?)token.Logprob ?? 0);
    }

    /// <summary>The text that was scored.</summary>
    public string Text { get; }

    /// <summary>Its tokens; the first has no probability, because nothing comes before it.</summary>
    public IReadOnlyList<TokenEvent> Tokens { get; }

    /// <summary>The sum over all tokens but the first of −ln p, in nats; at least 0.</summary>
    public double Nats { get; }

    /// <summary>The mean of −ln p over all tokens but the first; NaN for a text of one token.</summary>
    public double NatsPerToken => Nats / (Tokens.Count - 1);

    /// <summary>exp(<see cref="NatsPerToken"/>).</summary>
    public double Perplexity => Math.Exp(NatsPerToken);
}
