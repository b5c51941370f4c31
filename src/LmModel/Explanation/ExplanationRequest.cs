using LmModel.Networks;

namespace LmModel.Explanation;

/// <summary>What to explain, as tokens of one model.</summary>
/// <param name="Prompt">(n), at least one.</param>
/// <param name="Target">At least one.</param>
/// <param name="Against">What the target is compared with; null for nothing.</param>
/// <param name="Methods">At least one, each once.</param>
internal sealed record ExplanationRequest(
    int[] Prompt, int[] Target, int[]? Against, IReadOnlyList<ExplanationMethod> Methods)
{
    /// <summary>The methods that exist for a cell: contextual decomposition only for the gates of an LSTM.</summary>
    public static IReadOnlyList<ExplanationMethod> MethodsOf(Cell cell) =>
    [
        .. Enum.GetValues<ExplanationMethod>()
            .Where(method => method is not ExplanationMethod.ContextualDecomposition || cell is Cell.Lstm),
    ];

    /// <summary>All methods of a cell but integrated gradients, which take seconds for a long prompt.</summary>
    public static IReadOnlyList<ExplanationMethod> DefaultMethodsOf(Cell cell) =>
        [.. MethodsOf(cell).Where(method => method is not ExplanationMethod.IntegratedGradients)];
}
