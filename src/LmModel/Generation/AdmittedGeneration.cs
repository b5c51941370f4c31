namespace LmModel.Generation;

/// <summary>One admitted generation. Its events can be read once.</summary>
/// <remarks>
/// It must be read, or cancelled by the token it was started with: unread, it is parked at
/// <see cref="GenerationEngineOptions.MaxBufferedEvents"/>, and ends after
/// <see cref="GenerationEngineOptions.ParkedTimeout"/>.
/// </remarks>
internal sealed class AdmittedGeneration
{
    public required GenerationSettings Settings { get; init; }

    /// <summary>
    /// Tokens, then one <see cref="DoneEvent"/>. Throws <see cref="OperationCanceledException"/> when cancelled,
    /// <see cref="SlowReaderException"/> when it was not read for too long, and the cause when a step fails or the
    /// engine is disposed; what was reported before comes first. Disposing the events, or their enumerator, cancels
    /// the generation. Its place is free again before the last event, or the exception, can be seen.
    /// </summary>
    /// <exception cref="InvalidOperationException">The events are enumerated a second time.</exception>
    public required GenerationEventStream Events { get; init; }
}
