namespace LmModel.Generation;

/// <summary>What became of an admitted generation, for whoever counts and measures.</summary>
/// <param name="Settings">As it was started.</param>
/// <param name="Timings">
/// Where the time went; one that never had a turn was queued for all of it.
/// </param>
/// <param name="CachedTokens">Tokens of the prompt that did not have to be read because of the prefix cache.</param>
/// <param name="ReadTokens">Tokens of the prompt that were read.</param>
/// <param name="CompletionTokens">Tokens drawn, or those that a search has read.</param>
/// <param name="FinishReason">How it completed; null if it was interrupted.</param>
/// <param name="Failure">
/// Why it was interrupted, as its reader sees it: see <see cref="AdmittedGeneration.Events"/>. Null if it completed.
/// </param>
internal sealed record GenerationOutcome(
    GenerationSettings Settings,
    GenerationTimings Timings,
    int CachedTokens,
    int ReadTokens,
    int CompletionTokens,
    FinishReason? FinishReason,
    Exception? Failure);
