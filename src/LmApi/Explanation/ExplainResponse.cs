namespace LmApi.Explanation;

/// <summary>Why the model gives the target its probability.</summary>
internal sealed record ExplainResponse
{
    /// <summary>Name of the model.</summary>
    public required string Model { get; init; }

    /// <summary>The tokens of the prompt.</summary>
    public required IReadOnlyList<ExplainedTokenResponse> Prompt { get; init; }

    /// <summary>The text that is explained.</summary>
    public required string Target { get; init; }

    /// <summary>The text that it is compared with; absent if there is none.</summary>
    public string? Against { get; init; }

    /// <summary>Log probability of the target, less that of `against`, after the prompt.</summary>
    public required double Value { get; init; }

    /// <summary>One for each method.</summary>
    public required IReadOnlyList<AttributionResponse> Attributions { get; init; }
}

/// <summary>A token of the prompt.</summary>
internal sealed record ExplainedTokenResponse
{
    /// <summary>Token id.</summary>
    public required int Id { get; init; }

    /// <summary>The text that became complete with it.</summary>
    public required string Text { get; init; }

    /// <summary>The text of the token that the model expected here; present with `erasure_expected`.</summary>
    public string? Expected { get; init; }
}

/// <summary>The answer to one question.</summary>
internal sealed record AttributionResponse
{
    /// <summary>`erasure`, `erasure_expected`, `reach`, `gradient_input` or `integrated_gradients`.</summary>
    public required string Method { get; init; }

    /// <summary>The question that the method answers.</summary>
    public required string Question { get; init; }

    /// <summary>
    /// One for each token of the prompt, in nats: its contribution to `value`. For `reach`, the value after the last
    /// k tokens, for k from 1.
    /// </summary>
    public required IReadOnlyList<double> Values { get; init; }

    /// <summary>
    /// How far the values of `integrated_gradients` miss the difference that they add up to, relative to it.
    /// </summary>
    public double? CompletenessError { get; init; }
}
