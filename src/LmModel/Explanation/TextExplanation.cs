namespace LmModel.Explanation;

/// <summary>What a text depends on, by one method; see <see cref="TextModel.ExplainAsync"/>.</summary>
/// <param name="Method">The method.</param>
/// <param name="Values">
/// (n), one for each token of the prompt, in nats. For an erasure: how much less probable the target is without the
/// token, so a negative value is a token that speaks against the target. For reach: the value at k − 1 is the log
/// probability of the target given the last k tokens only.
/// </param>
public sealed record TokenAttribution(ExplanationMethod Method, IReadOnlyList<double> Values)
{
    /// <summary>
    /// How far the values of integrated gradients miss the difference that they add up to, relative to it; null for
    /// methods whose values need not add up.
    /// </summary>
    public double? CompletenessError { get; init; }

    /// <summary>The question that the method answers, in a sentence.</summary>
    public string Question => Method switch
    {
        ExplanationMethod.Erasure => "How much less probable is the target if this token is left out?",
        ExplanationMethod.ErasureExpected =>
            "How much less probable is the target if this token is the one that the model expected here?",
        ExplanationMethod.Reach => "How probable is the target if the model has read only the last k tokens?",
        ExplanationMethod.GradientInput =>
            "How much would the log probability change, at first order, if this token's embedding were zero?",
        ExplanationMethod.IntegratedGradients =>
            "What does this token's embedding add on the way from embeddings of zero to the prompt?",
        ExplanationMethod.ContextualDecomposition =>
            "How much less probable is the target without what this token brought into the last state?",
        _ => throw new ArgumentOutOfRangeException(nameof(Method), Method, "There is no such method."),
    };
}

/// <summary>Why a model gives a target its probability after a prompt.</summary>
/// <param name="Prompt">The tokens of the prompt.</param>
/// <param name="Target">The text that is explained.</param>
/// <param name="Against">The text that it is compared with; null for none.</param>
/// <param name="Value">
/// ln p(target | prompt), or with <paramref name="Against"/> ln p(target | prompt) − ln p(against | prompt).
/// </param>
/// <param name="Attributions">One for each method.</param>
public sealed record TextExplanation(
    IReadOnlyList<ExplainedToken> Prompt,
    string Target,
    string? Against,
    double Value,
    IReadOnlyList<TokenAttribution> Attributions);

/// <summary>A token of an explained prompt.</summary>
/// <param name="Id">Token id.</param>
/// <param name="Text">The text that became complete with it.</param>
/// <param name="Expected">
/// The token that the model expected here: the most probable one, or the second if that is the token itself; null at
/// the first position, and if no method needs it.
/// </param>
public readonly record struct ExplainedToken(int Id, string Text, int? Expected);
