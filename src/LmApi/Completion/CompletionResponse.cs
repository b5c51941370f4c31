using LmApi.Generation;

namespace LmApi.Completion;

/// <summary>The completions of a text.</summary>
internal sealed record CompletionResponse
{
    /// <summary>Name of the model.</summary>
    public required string Model { get; init; }

    /// <summary>The most probable ones that were found, best first.</summary>
    public required IReadOnlyList<CompletionItemResponse> Completions { get; init; }

    /// <summary>
    /// Tokens read: those of the text, without a word that has begun, and those of the continuations that were looked
    /// at.
    /// </summary>
    public required UsageResponse Usage { get; init; }
}

/// <summary>One way to complete the text.</summary>
internal sealed record CompletionItemResponse
{
    /// <summary>What to append to the text; never empty.</summary>
    public required string Insert { get; init; }

    /// <summary>The word that has begun, and what is appended.</summary>
    public required string Text { get; init; }

    /// <summary>Probability that the text continues in exactly this way, given everything typed.</summary>
    public required double Probability { get; init; }

    /// <summary>Its natural logarithm.</summary>
    public required double LogProbability { get; init; }
}
