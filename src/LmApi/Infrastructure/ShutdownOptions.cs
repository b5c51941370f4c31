using System.ComponentModel.DataAnnotations;

namespace LmApi.Infrastructure;

/// <summary>How the service stops, section <c>Shutdown</c> of the configuration.</summary>
internal sealed class ShutdownOptions
{
    public const string Section = "Shutdown";

    /// <summary>
    /// Seconds from SIGTERM in which <c>/health/ready</c> says 503 while requests are still taken, so that whoever
    /// sends them finds out first. Ctrl-C, a second signal, and one that comes before the service is ready do without.
    /// </summary>
    [Range(0, 3600)]
    public int DrainSeconds { get; set; } = 5;
}
