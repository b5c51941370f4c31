namespace LmModel.Generation;

/// <summary>Bounds of a <see cref="GenerationEngine"/>.</summary>
internal sealed record GenerationEngineOptions
{
    /// <summary>Generations stepped side by side; at least 1.</summary>
    public int MaxActive { get; init; } = 32;

    /// <summary>
    /// Rounds for which a generation keeps its place while others are queued. Few, so that a new one soon has its turn:
    /// at most this many rounds for every <see cref="MaxActive"/> generations in the queue before it. At least 1.
    /// </summary>
    public int QuantumRounds { get; init; } = 8;

    /// <summary>
    /// Generations that may wait for one of those places; further ones are refused. At least 0. Parked ones do not
    /// count.
    /// </summary>
    public int MaxWaiting { get; init; } = 128;

    /// <summary>
    /// Prompt tokens of all that wait together; a generation that would exceed them is refused, unless none is waiting.
    /// At least 0.
    /// </summary>
    public int MaxWaitingTokens { get; init; } = 1 << 18;

    /// <summary>
    /// Events a slow reader may lag behind before its generation gives up its place; it asks for one again once half of
    /// them have been read. At least 1.
    /// </summary>
    public int MaxBufferedEvents { get; init; } = 64;

    /// <summary>
    /// How long a parked generation waits for a reader that takes nothing; then it ends with a
    /// <see cref="SlowReaderException"/>, at the latest after twice this time. Above zero, or
    /// <see cref="Timeout.InfiniteTimeSpan"/>.
    /// </summary>
    public TimeSpan ParkedTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Generations that may be parked: their states and unread events take memory. One more ends the one that has been
    /// parked longest. At least 1.
    /// </summary>
    public int MaxParked { get; init; } = 256;

    /// <summary>
    /// Tokens that each prompt reads in a round while texts are being drawn, as far as
    /// <see cref="MaxRoundPromptTokens"/> goes. At least 1.
    /// </summary>
    public int PromptSlice { get; init; } = 8;

    /// <summary>
    /// Tokens that all prompts of a round read together at most, and do read while nothing is being drawn: no text
    /// stalls for more. At least 1; of more prompts than this each reads one token.
    /// </summary>
    public int MaxRoundPromptTokens { get; init; } = 64;

    /// <summary>
    /// Bytes of the states kept after prompts, from which prompts that begin alike go on; 0 keeps none. At least 0.
    /// </summary>
    public long PrefixCacheBytes { get; init; } = 64 << 20;

    /// <summary>A long prompt leaves a state after every so many tokens, besides that at its end. At least 1.</summary>
    public int PrefixCacheInterval { get; init; } = 256;

    /// <summary>
    /// Bytes of the neural caches of all generations that are admitted; a generation that would exceed them is refused,
    /// unless nobody else has one. Each is counted by the most it can take. At least 0.
    /// </summary>
    public long NeuralCacheBytes { get; init; } = 256 << 20;
}
