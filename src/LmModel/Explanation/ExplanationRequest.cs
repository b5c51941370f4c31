namespace LmModel.Explanation;

/// <summary>What to explain, as tokens of one model.</summary>
/// <param name="Prompt">(n), at least one.</param>
/// <param name="Target">At least one.</param>
/// <param name="Against">What the target is compared with; null for nothing.</param>
/// <param name="Methods">At least one, each once.</param>
internal sealed record ExplanationRequest(
    int[] Prompt, int[] Target, int[]? Against, IReadOnlyList<ExplanationMethod> Methods)
{
    /// <summary>All methods but integrated gradients, which take seconds for a long prompt.</summary>
    public static readonly IReadOnlyList<ExplanationMethod> DefaultMethods =
        [.. Enum.GetValues<ExplanationMethod>().Where(method => method is not ExplanationMethod.IntegratedGradients)];
}
