using System.ComponentModel.DataAnnotations;

namespace LmApi.Health;

/// <summary>The status of the service.</summary>
internal sealed record HealthResponse
{
    /// <summary>`live`, `ready`, `starting` or `stopping`.</summary>
    [AllowedValues("live", "ready", "starting", "stopping")]
    public required string Status { get; init; }

    /// <summary>Name of the model, once it is ready.</summary>
    public string? Model { get; init; }
}
