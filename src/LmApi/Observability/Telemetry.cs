using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace LmApi.Observability;

/// <summary>
/// Exports metrics, traces and logs by OpenTelemetry: to <c>/metrics</c>, and to a collector where
/// <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> names one.
/// </summary>
internal static class Telemetry
{
    public const string MetricsPath = "/metrics";

    private const string EndpointKey = "OTEL_EXPORTER_OTLP_ENDPOINT";
    private const string Prometheus = $"{TelemetryOptions.Section}:{nameof(TelemetryOptions.Prometheus)}";

    /// <summary>Meters of the framework: requests, connections, garbage collection and threads.</summary>
    private static readonly string[] FrameworkMeters =
        ["Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Runtime"];

    /// <summary>Whether logs go to a collector too.</summary>
    /// <exception cref="FormatException">The address of the collector is not one.</exception>
    public static bool HasCollector(IConfiguration configuration)
    {
        var endpoint = configuration[EndpointKey];
        return !string.IsNullOrEmpty(endpoint)
            && (Uri.TryCreate(endpoint, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
                ? true
                : throw new FormatException(
                    $"{EndpointKey} is '{endpoint}', which is not a URL such as http://localhost:4317."));
    }

    public static void AddTelemetry(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<TelemetryOptions>().BindConfiguration(TelemetryOptions.Section).ValidateOnStart();
        builder.Services.AddSingleton<GenerationTelemetry>();
        var toCollector = HasCollector(builder.Configuration);
        var toPrometheus = builder.Configuration.GetValue(Prometheus, true);
        if (!toCollector && !toPrometheus)
        {
            return;
        }

        var name = builder.Configuration["OTEL_SERVICE_NAME"] ?? "lmservice";
        var telemetry = builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService(name))
            .WithMetrics(metrics =>
            {
                metrics.AddMeter([GenerationTelemetry.Source, .. FrameworkMeters]);
                if (toPrometheus)
                {
                    metrics.AddPrometheusExporter();
                }
            });
        if (!toCollector)
        {
            return;
        }

        builder.Logging.ClearProviders();
        telemetry
            .WithTracing(traces => traces
                .AddSource(GenerationTelemetry.Source)
                .AddAspNetCoreInstrumentation(http => http.Filter = request => !IsProbe(request.Request.Path)))
            .WithLogging()
            .UseOtlpExporter();
    }

    public static void MapMetrics(this WebApplication app)
    {
        if (app.Configuration.GetValue(Prometheus, true))
        {
            app.MapPrometheusScrapingEndpoint(MetricsPath);
        }
    }

    /// <summary>Requests that come every few seconds from machines, and say nothing about the service's users.</summary>
    public static bool IsProbe(PathString path) => path.StartsWithSegments("/health") || path == MetricsPath;
}
