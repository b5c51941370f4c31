using System.ComponentModel.DataAnnotations;

namespace LmApi.Generation;

/// <summary>Whose prompts a prompt may go on from.</summary>
internal enum PrefixCacheScope
{
    /// <summary>Those of all callers.</summary>
    Shared,

    /// <summary>Nobody's: every prompt is read in full.</summary>
    Off,
}

/// <summary>Bounds of <c>POST /generate</c>, section <c>Generation</c> of the configuration.</summary>
internal sealed class GenerationOptions
{
    public const string Section = "Generation";

    /// <summary>The most tokens a request may ask for.</summary>
    [Range(1, 1_000_000)]
    public int MaxTokens { get; set; } = 4096;

    /// <summary>Tokens generated where a request does not say.</summary>
    [Range(1, 1_000_000)]
    public int DefaultMaxTokens { get; set; } = 256;

    /// <summary>The most tokens of a prompt.</summary>
    [Range(1, 10_000_000)]
    public int MaxPromptTokens { get; set; } = 16384;

    /// <summary>The most bytes of any request body.</summary>
    [Range(1024, 1 << 30)]
    public int MaxBodyBytes { get; set; } = 1 << 19;

    /// <summary>
    /// Mebibytes of all request bodies together while they are read, beyond the first 8 KiB of each; who would exceed
    /// them gets 429. One body of the largest size is always read.
    /// </summary>
    [Range(1, 65536)]
    public int BodiesMiB { get; set; } = 48;

    /// <summary>
    /// Seconds in which a request body must arrive, from its first byte to its last; then its client gets 408.
    /// </summary>
    [Range(1, 3600)]
    public int BodySeconds { get; set; } = 30;

    /// <summary>
    /// Connections at once; further ones are closed. Fewer where the process may not open as many files.
    /// </summary>
    [Range(1, 1_000_000)]
    public int MaxConnections { get; set; } = 4096;

    /// <summary>
    /// Generations that may be admitted beyond those that are stepped together, with which they take turns; the next
    /// one gets 429.
    /// </summary>
    [Range(0, 1_000_000)]
    public int MaxWaiting { get; set; } = 256;

    /// <summary>
    /// Prompt tokens of all that wait together; who would exceed them gets 429, unless nobody waits.
    /// </summary>
    [Range(0, 1_000_000_000)]
    public int MaxWaitingTokens { get; set; } = 1 << 18;

    /// <summary>Events a slow client may lag behind before its generation gives up its place.</summary>
    [Range(1, 100_000)]
    public int MaxBufferedEvents { get; set; } = 64;

    /// <summary>
    /// How long such a generation waits for a client that takes nothing; then it ends. A connection that takes nothing
    /// for twice this time is closed.
    /// </summary>
    [Range(1, 3600)]
    public int ParkedSeconds { get; set; } = 30;

    /// <summary>Generations that may wait for slow clients; one more ends the one that has waited longest.</summary>
    [Range(1, 1_000_000)]
    public int MaxParked { get; set; } = 256;

    /// <summary>
    /// Whose prompts a prompt may go on from: <c>shared</c>, those of all callers, or <c>off</c>, nobody's. With
    /// <c>shared</c> an answer tells whether somebody sent a prompt that begins alike.
    /// </summary>
    [EnumDataType(typeof(PrefixCacheScope))]
    public PrefixCacheScope PrefixCache { get; set; } = PrefixCacheScope.Shared;

    /// <summary>
    /// Mebibytes of states kept after prompts, from which prompts that begin alike go on; 0 keeps none.
    /// </summary>
    [Range(0, 65536)]
    public int PrefixCacheMiB { get; set; } = 64;

    /// <summary>The most positions that the neural cache of a request may remember.</summary>
    [Range(1, LmModel.Generation.NeuralCacheSettings.MaxSize)]
    public int MaxNeuralCacheSize { get; set; } = 2000;

    /// <summary>
    /// Mebibytes of the neural caches of all requests together; who would exceed them gets 429, unless nobody else has
    /// one.
    /// </summary>
    [Range(0, 65536)]
    public int NeuralCacheMiB { get; set; } = 256;

    /// <summary>
    /// Tokens of a stream are sent this often at most, so that a fast stream has several in a packet; its first token
    /// and its end are sent at once. 0 sends each by itself.
    /// </summary>
    [Range(0, 1000)]
    public int FlushMilliseconds { get; set; } = 5;

    /// <summary>A stream that has been silent this long gets a comment, so that proxies keep it open.</summary>
    [Range(1, 3600)]
    public int KeepAliveSeconds { get; set; } = 10;

    /// <summary>What <c>Retry-After</c> says on 429.</summary>
    [Range(1, 3600)]
    public int RetryAfterSeconds { get; set; } = 2;

    /// <summary>How long a client may take nothing of what is sent before its connection is closed.</summary>
    public TimeSpan SendPatience => TimeSpan.FromSeconds(2 * ParkedSeconds);
}
