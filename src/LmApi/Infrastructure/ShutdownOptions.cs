using System.ComponentModel.DataAnnotations;

namespace LmApi.Infrastructure;

/// <summary>How the service stops, section <c>Shutdown</c> of the configuration.</summary>
internal sealed class ShutdownOptions
{
    public const string Section = "Shutdown";

    /// <summary>
    /// Seconds after SIGTERM in which <c>/health/ready</c> answers 503 while requests are still accepted, so that their
    /// senders notice first. Skipped on Ctrl-C, on a second signal, and before the service is ready.
    /// </summary>
    [Range(0, 3600)]
    public int DrainSeconds { get; set; } = 5;
}
