using System.ComponentModel.DataAnnotations;

namespace LmApi.Infrastructure.Bodies;

/// <summary>Bounds of connections and request bodies; in section <c>Generation</c> of the configuration.</summary>
internal sealed class HttpLimits
{
    public const string Section = "Generation";

    /// <summary>The most bytes of any request body.</summary>
    [Range(1024, 1 << 30)]
    public int MaxBodyBytes { get; set; } = 1 << 19;

    /// <summary>
    /// Mebibytes of all request bodies together while they are read, beyond the first 8 KiB of each; a request that
    /// would exceed them gets 429. One body of the largest size is always read.
    /// </summary>
    [Range(1, 65536)]
    public int BodiesMiB { get; set; } = 48;

    /// <summary>
    /// Seconds in which a request body must arrive, from its first byte to its last; then its client gets 408.
    /// </summary>
    [Range(1, 3600)]
    public int BodySeconds { get; set; } = 30;

    /// <summary>
    /// Connections at the same time; further ones are closed. Fewer if the process may not open as many files.
    /// </summary>
    [Range(1, 1_000_000)]
    public int MaxConnections { get; set; } = 4096;

    /// <summary>What <c>Retry-After</c> says on 429.</summary>
    [Range(1, 3600)]
    public int RetryAfterSeconds { get; set; } = 2;
}
