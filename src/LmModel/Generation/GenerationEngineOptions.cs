namespace LmModel.Generation;

/// <summary>Bounds of a <see cref="GenerationEngine"/>.</summary>
internal sealed record GenerationEngineOptions
{
    /// <summary>
    /// For readers in this process, who may take their time and start as many texts as they like.
    /// </summary>
    public static GenerationEngineOptions Unbounded { get; } = new()
    {
        MaxWaiting = int.MaxValue,
        MaxWaitingTokens = int.MaxValue,
        MaxParked = int.MaxValue,
        ParkedTimeout = Timeout.InfiniteTimeSpan,
        NeuralCacheBytes = long.MaxValue,
    };

    /// <summary>Generations that are stepped together; at least 1.</summary>
    public int MaxActive { get; init; } = 32;

    /// <summary>
    /// Rounds for which a generation keeps its place while others are queued. A small number lets a new generation
    /// start soon: after at most this many rounds for every <see cref="MaxActive"/> generations in the queue before it.
    /// At least 1.
    /// </summary>
    public int QuantumRounds { get; init; } = 8;

    /// <summary>
    /// Generations that may wait for one of those places; further ones are refused. At least 0. Parked ones do not
    /// count.
    /// </summary>
    public int MaxWaiting { get; init; } = 128;

    /// <summary>
    /// Prompt tokens of all waiting generations together; a generation that would exceed them is refused, unless none
    /// is waiting. At least 0.
    /// </summary>
    public int MaxWaitingTokens { get; init; } = 1 << 18;

    /// <summary>
    /// Unread events at which a generation leaves the batch; it queues again once half of them have been read. At least
    /// 1.
    /// </summary>
    public int MaxBufferedEvents { get; init; } = 64;

    /// <summary>
    /// How long a parked generation waits for a reader that reads nothing; then it ends with a
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
    /// Tokens that each prompt reads in a round while texts are being generated, within the limit of
    /// <see cref="MaxRoundPromptTokens"/> . At least 1.
    /// </summary>
    public int PromptSlice { get; init; } = 8;

    /// <summary>
    /// Maximum number of tokens that all prompts of a round read together, so that no text waits for more. They read as
    /// many when no text is being generated. At least 1; if there are more prompts than this, each reads one token.
    /// </summary>
    public int MaxRoundPromptTokens { get; init; } = 64;

    /// <summary>
    /// Bytes for states after prompts, from which prompts with the same beginning continue; 0 keeps none. At least 0.
    /// </summary>
    public long PrefixCacheBytes { get; init; } = 64 << 20;

    /// <summary>Number of tokens after which a long prompt stores a state, in addition to that at its end. At least
    /// 1.</summary>
    public int PrefixCacheInterval { get; init; } = 256;

    /// <summary>
    /// Bytes for the neural caches of all admitted generations; a generation that would exceed them is refused, unless
    /// no other has one. Each is counted with its maximum size. At least 0.
    /// </summary>
    public long NeuralCacheBytes { get; init; } = 256 << 20;

    /// <summary>
    /// Called on the decode thread after each step with the number of sequences and of tokens in it; must be quick and
    /// must neither throw nor allocate. Null if nobody asks.
    /// </summary>
    public Action<int, int>? Stepped { get; init; }
}
