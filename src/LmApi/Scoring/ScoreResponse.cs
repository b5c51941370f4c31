using System.Text.Json.Serialization;
using LmApi.Infrastructure.Problems;

namespace LmApi.Scoring;

/// <summary>The scores of some texts.</summary>
internal sealed record ScoreResponse
{
    /// <summary>Name of the model.</summary>
    public required string Model { get; init; }

    /// <summary>One for each text or choice, in the given order.</summary>
    public required IReadOnlyList<TextScoreResponse> Scores { get; init; }

    /// <summary>The choices from the best to the worst; present with `choices`.</summary>
    public RankingResponse? Ranking { get; init; }
}

/// <summary>Indices of choices, from the most to the least probable.</summary>
internal sealed record RankingResponse
{
    /// <summary>By the log probability of the whole choice, which favours short ones.</summary>
    public required IReadOnlyList<int> Raw { get; init; }

    /// <summary>By the log probability per byte.</summary>
    public required IReadOnlyList<int> Normalized { get; init; }
}

/// <summary>How well the model predicts a text.</summary>
internal sealed record TextScoreResponse
{
    /// <summary>Sum of −ln p over the scored tokens.</summary>
    public required double Nats { get; init; }

    /// <summary>Number of scored tokens: all after `given`, otherwise all but the first.</summary>
    public required int ScoredTokens { get; init; }

    /// <summary>Mean of −ln p; null if no token is scored.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public required double? NatsPerToken { get; init; }

    /// <summary>e to the mean; null if no token is scored.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public required double? Perplexity { get; init; }

    /// <summary>Bits per Unicode character of the scored part; null if it is empty.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public required double? BitsPerCharacter { get; init; }

    /// <summary>Bits per UTF-8 byte of the scored part; null if it is empty.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public required double? BitsPerByte { get; init; }

    /// <summary>The tokens; present with `logprobs`.</summary>
    public IEnumerable<ScoredTokenResponse>? Tokens { get; init; }

    /// <summary>The lines; present with `lines`.</summary>
    public IEnumerable<LineScoreResponse>? Lines { get; init; }

    /// <summary>Runs that the training text has too, as far as the model's filter knows; present with `copied`.</summary>
    public IEnumerable<CopiedRunResponse>? Copied { get; init; }
}

/// <summary>A run of at least as many tokens as the `guard.verbatim` of `GET /model`.</summary>
internal sealed record CopiedRunResponse
{
    /// <summary>Index of its first token.</summary>
    public required int Start { get; init; }

    /// <summary>Number of its tokens.</summary>
    public required int Tokens { get; init; }
}

/// <summary>A token of a scored text.</summary>
internal sealed record ScoredTokenResponse
{
    /// <summary>Token id.</summary>
    public required int Id { get; init; }

    /// <summary>The text that became complete with it; all of them together are the text.</summary>
    public required string Text { get; init; }

    /// <summary>Natural logarithm of its probability; null if nothing predicts it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public required double? Logprob { get; init; }
}

/// <summary>A line of a scored text. A token belongs to the line in which it begins.</summary>
internal sealed record LineScoreResponse
{
    /// <summary>Number of the line, from 1.</summary>
    public required int Line { get; init; }

    /// <summary>The line without its line break.</summary>
    public required string Text { get; init; }

    /// <summary>Sum of −ln p over its tokens, including its line break.</summary>
    public required double Nats { get; init; }

    /// <summary>Number of its scored tokens.</summary>
    public required int ScoredTokens { get; init; }

    /// <summary>Bits per character of the line and its line break.</summary>
    public required double BitsPerCharacter { get; init; }

    /// <summary>Bits of its least probable token.</summary>
    public required double PeakBits { get; init; }
}

/// <summary>One line of a streamed answer.</summary>
internal sealed record ScoredLineResponse
{
    /// <summary>Number of the line of the request, from 1; absent where the whole stream ends.</summary>
    public long? Line { get; init; }

    /// <summary>The score; absent with an `error`.</summary>
    public TextScoreResponse? Score { get; init; }

    /// <summary>Why the line has no score; the other lines are scored all the same.</summary>
    public Problem? Error { get; init; }
}
