namespace LmModel.Scoring;

/// <summary>How well a model predicts a text; see <see cref="TextModel.ScoreAsync"/>.</summary>
public sealed class TextScore
{
    private readonly Lazy<IReadOnlyList<LineScore>> _lines;

    internal TextScore(ScoreRequest request, double[] losses, ScoredTokens tokens)
    {
        Text = request.Text;
        Tokens = tokens;
        // In the order of the text, as lm evaluate adds them up.
        foreach (var loss in losses)
        {
            Nats += loss;
        }

        (ScoredTokens, Characters, Bytes) = (losses.Length, request.Characters, request.Bytes);
        _lines = new(() => LineScore.Of(Tokens));
    }

    /// <summary>The text that was scored, without what was given.</summary>
    public string Text { get; }

    /// <summary>Its tokens.</summary>
    public IReadOnlyList<ScoredToken> Tokens { get; }

    /// <summary>
    /// Number of tokens that have a probability: all of them after a given text, otherwise all but the first.
    /// </summary>
    public int ScoredTokens { get; }

    /// <summary>Unicode characters of the scored part of the text.</summary>
    public long Characters { get; }

    /// <summary>UTF-8 bytes of the scored part of the text.</summary>
    public long Bytes { get; }

    /// <summary>Sum of −ln p over the scored tokens, in nats; at least 0.</summary>
    public double Nats { get; }

    /// <summary>Mean of −ln p over the scored tokens; NaN if there are none.</summary>
    public double NatsPerToken => Nats / ScoredTokens;

    /// <summary>exp(<see cref="NatsPerToken"/>).</summary>
    public double Perplexity => Math.Exp(NatsPerToken);

    /// <summary>Nats / ln 2 / <see cref="Characters"/>.</summary>
    public double BitsPerCharacter => Nats / Math.Log(2) / Characters;

    /// <summary>Nats / ln 2 / <see cref="Bytes"/>.</summary>
    public double BitsPerByte => Nats / Math.Log(2) / Bytes;

    /// <summary>The same for each line of the text; a token belongs to the line in which it begins.</summary>
    public IReadOnlyList<LineScore> Lines => _lines.Value;
}

/// <summary>A token of a scored text.</summary>
/// <param name="Id">Token id.</param>
/// <param name="Text">
/// The text that became complete with this token; the concatenation of all of them is the text of the tokens.
/// </param>
/// <param name="Logprob">ln p of the token after all tokens before it; null if nothing predicts it.</param>
public readonly record struct ScoredToken(int Id, string Text, double? Logprob);

/// <summary>The score of one line of a text.</summary>
/// <param name="Line">Number of the line, from 1.</param>
/// <param name="Text">The line without its line break.</param>
/// <param name="Nats">Sum of −ln p over its tokens, including its line break.</param>
/// <param name="Tokens">Number of its scored tokens.</param>
/// <param name="Peak">The largest −ln p of a token of the line, in nats.</param>
public readonly record struct LineScore(int Line, string Text, double Nats, int Tokens, double Peak)
{
    /// <summary>Nats / ln 2 / characters of the line and its line break.</summary>
    public double BitsPerCharacter => Nats / Math.Log(2) / (Text.EnumerateRunes().Count() + 1);

    internal static IReadOnlyList<LineScore> Of(IReadOnlyList<ScoredToken> tokens)
    {
        var lines = new List<LineScore>();
        var text = new System.Text.StringBuilder();
        var line = new LineScore(1, "", 0, 0, 0);
        foreach (var token in tokens)
        {
            if (token.Logprob is { } logprob)
            {
                line = line with
                {
                    Nats = line.Nats - logprob,
                    Tokens = line.Tokens + 1,
                    Peak = Math.Max(line.Peak, -logprob),
                };
            }

            var parts = token.Text.Split('\n');
            foreach (var part in parts[..^1])
            {
                lines.Add(line with { Text = text.Append(part).ToString() });
                text.Clear();
                line = new LineScore(line.Line + 1, "", 0, 0, 0);
            }

            text.Append(parts[^1]);
        }

        if (text.Length > 0 || line.Tokens > 0)
        {
            lines.Add(line with { Text = text.ToString() });
        }

        return lines;
    }
}
