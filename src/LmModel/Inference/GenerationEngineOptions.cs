namespace LmModel.Inference;

/// <summary>Bounds of a <see cref="GenerationEngine"/>.</summary>
public sealed record GenerationEngineOptions
{
    /// <summary>Generations stepped side by side; at least 1.</summary>
    public int MaxActive { get; init; } = 32;

    /// <summary>
    /// Generations that may wait for one of those places; further ones are refused. At least 0. Parked ones count among
    /// these and the active ones.
    /// </summary>
    public int MaxWaiting { get; init; } = 128;

    /// <summary>
    /// Prompt tokens of all that wait together; who would exceed them is refused, unless nobody waits. At least 0.
    /// </summary>
    public int MaxWaitingTokens { get; init; } = 1 << 18;

    /// <summary>
    /// Events a slow reader may lag behind before its generation gives up its place; it asks for one again once half of
    /// them have been read. At least 1.
    /// </summary>
    public int MaxBufferedEvents { get; init; } = 64;

    /// <summary>
    /// Tokens that the prompts of a round share while texts are being drawn: those stall for no longer. At least 1;
    /// of more prompts than this each reads one token.
    /// </summary>
    public int PromptSlice { get; init; } = 8;

    /// <summary>The same while nothing is being drawn. At least 1.</summary>
    public int IdlePromptSlice { get; init; } = 64;

    /// <summary>
    /// Bytes of the states kept after prompts, from which prompts that begin alike go on; 0 keeps none. At least 0.
    /// </summary>
    public long PrefixCacheBytes { get; init; } = 64 << 20;

    /// <summary>A long prompt leaves a state after every so many tokens, besides that at its end. At least 1.</summary>
    public int PrefixCacheInterval { get; init; } = 256;

    /// <summary>
    /// Bytes of the neural caches of all generations that are admitted; who would exceed them is refused, unless nobody else
    /// has one. Each is counted by the most it can take. At least 0.
    /// </summary>
    public long NeuralCacheBytes { get; init; } = 256 << 20;
}
