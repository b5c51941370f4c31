using LmModel.Guard;
using LmModel.Scoring;

namespace LmApi.Scoring;

/// <summary>The wire format of scores.</summary>
internal static class ScoreReply
{
    /// <param name="score">The score.</param>
    /// <param name="logprobs">Whether to report tokens.</param>
    /// <param name="lines">Whether to report lines.</param>
    /// <param name="filter">Finds runs of the training text, if they are to be reported.</param>
    public static TextScoreResponse Of(TextScore score, bool logprobs, bool lines, VerbatimFilter? filter) => new()
    {
        Nats = score.Nats,
        ScoredTokens = score.ScoredTokens,
        NatsPerToken = Finite(score.NatsPerToken),
        Perplexity = Finite(score.Perplexity),
        BitsPerCharacter = Finite(score.BitsPerCharacter),
        BitsPerByte = Finite(score.BitsPerByte),
        Tokens = logprobs ? score.Tokens.Select(Of) : null,
        Lines = lines ? score.Lines.Select(Of) : null,
        Copied = filter is null
            ? null
            : CopiedRuns.Of(filter, score.Tokens.Select(token => token.Id).ToArray())
                .Select(run => new CopiedRunResponse { Start = run.Start, Tokens = run.Tokens }),
    };

    public static RankingResponse Rank(IReadOnlyList<TextScore> scores) => new()
    {
        Raw = Order(scores, score => score.Nats),
        Normalized = Order(scores, score => score.BitsPerByte),
    };

    private static IReadOnlyList<int> Order(IReadOnlyList<TextScore> scores, Func<TextScore, double> loss) =>
        [.. scores.Index().OrderBy(s => loss(s.Item)).Select(s => s.Index)];

    private static ScoredTokenResponse Of(ScoredToken token) =>
        new() { Id = token.Id, Text = token.Text, Logprob = token.Logprob };

    private static LineScoreResponse Of(LineScore line) => new()
    {
        Line = line.Line,
        Text = line.Text,
        Nats = line.Nats,
        ScoredTokens = line.Tokens,
        BitsPerCharacter = line.BitsPerCharacter,
        PeakBits = line.Peak / Math.Log(2),
    };

    /// <summary>JSON has neither NaN nor infinities.</summary>
    private static double? Finite(double value) => double.IsFinite(value) ? value : null;
}
