using System.ComponentModel.DataAnnotations;
using LmModel.Generation;

namespace LmApi.Models;

/// <summary>Whose prompts a prompt may continue from.</summary>
internal enum PrefixCacheScope
{
    /// <summary>Those of all callers.</summary>
    Shared,

    /// <summary>Those that were sent with the same API key.</summary>
    PerKey,

    /// <summary>No prompt: every prompt is read in full.</summary>
    Off,
}

/// <summary>
/// Bounds of the generations in progress; in section <c>Generation</c> of the configuration.
/// </summary>
internal sealed class EngineOptions
{
    public const string Section = "Generation";

    /// <summary>The most tokens of a prompt.</summary>
    [Range(1, 10_000_000)]
    public int MaxPromptTokens { get; set; } = 16384;

    /// <summary>
    /// Generations that may be admitted beyond those that are stepped together, with which they take turns; the next
    /// one gets 429.
    /// </summary>
    [Range(0, 1_000_000)]
    public int MaxWaiting { get; set; } = 256;

    /// <summary>
    /// Prompt tokens of all waiting generations together; a request that would exceed them gets 429, unless none is
    /// waiting.
    /// </summary>
    [Range(0, 1_000_000_000)]
    public int MaxWaitingTokens { get; set; } = 1 << 18;

    /// <summary>Unread events of a slow client at which its generation leaves the batch.</summary>
    [Range(1, 100_000)]
    public int MaxBufferedEvents { get; set; } = 64;

    /// <summary>
    /// How long such a generation waits for a client that reads nothing; then it ends. A connection that reads nothing
    /// for twice this time is closed.
    /// </summary>
    [Range(1, 3600)]
    public int ParkedSeconds { get; set; } = 30;

    /// <summary>Generations that may wait for slow clients; one more ends the one that has waited longest.</summary>
    [Range(1, 1_000_000)]
    public int MaxParked { get; set; } = 256;

    /// <summary>
    /// Whose prompts a prompt may continue from: <c>shared</c>, those of all callers, <c>perKey</c>, those with the same
    /// API key, or <c>off</c>, none. With <c>shared</c> an answer reveals whether somebody sent a prompt with the same
    /// beginning. Null: <c>perKey</c> if there are keys, else <c>shared</c>.
    /// </summary>
    [EnumDataType(typeof(PrefixCacheScope))]
    public PrefixCacheScope? PrefixCache { get; set; }

    /// <summary>
    /// Mebibytes for states after prompts, from which prompts with the same beginning continue; 0 keeps none.
    /// </summary>
    [Range(0, 65536)]
    public int PrefixCacheMiB { get; set; } = 64;

    /// <summary>
    /// Mebibytes of the neural caches of all requests together; a request that would exceed them gets 429, unless
    /// nobody else has one.
    /// </summary>
    [Range(0, 65536)]
    public int NeuralCacheMiB { get; set; } = 256;

    /// <summary>How long a client may read nothing before its connection is closed.</summary>
    public TimeSpan SendPatience => TimeSpan.FromSeconds(2 * ParkedSeconds);

    /// <summary>The bounds as the engine takes them.</summary>
    /// <param name="batchSize">Generations that are stepped together.</param>
    public GenerationEngineOptions ToEngine(int batchSize) => new()
    {
        MaxActive = batchSize,
        MaxWaiting = MaxWaiting,
        MaxWaitingTokens = MaxWaitingTokens,
        MaxBufferedEvents = MaxBufferedEvents,
        ParkedTimeout = TimeSpan.FromSeconds(ParkedSeconds),
        MaxParked = MaxParked,
        PrefixCacheBytes = PrefixCache is PrefixCacheScope.Off ? 0 : (long)PrefixCacheMiB << 20,
        NeuralCacheBytes = (long)NeuralCacheMiB << 20,
    };
}
