namespace LmApi.Observability;

/// <summary>
/// What is measured and where it goes, section <c>Telemetry</c> of the configuration. OTLP has the standard's own
/// variables, <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> first of all.
/// </summary>
internal sealed class TelemetryOptions
{
    public const string Section = "Telemetry";

    /// <summary>Whether <c>GET /metrics</c> answers with all metrics in Prometheus' text format.</summary>
    public bool Prometheus { get; set; } = true;
}
