using System.Globalization;
using Serilog;
using Serilog.Events;
using Serilog.Extensions.Logging;
using Serilog.Formatting;
using Serilog.Formatting.Compact;
using Serilog.Formatting.Display;

namespace LmApi.Observability;

/// <summary>Structured logs on the console, one line per request. Prompts are never logged.</summary>
internal static class Logs
{
    private const string FormatKey = $"{LoggingOptions.Section}:{nameof(LoggingOptions.Format)}";
    private const string TextTemplate = "[{Timestamp:HH:mm:ss.fff} {Level:u3}] {Message:lj} {TraceId}";

    public static void AddLogs(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<LoggingOptions>()
            .BindConfiguration(LoggingOptions.Section)
            .ValidateDataAnnotations()
            .ValidateOnStart();
        var format = builder.Configuration[FormatKey];
        builder.Services.AddSerilog(
            (services, logs) => logs
                // Set here, so that a service without its appsettings.json is not noisy. Startup reports errors of the
                // host.
                .MinimumLevel.Override("Microsoft", LogEventLevel.Warning)
                .MinimumLevel.Override("Microsoft.Hosting.Lifetime", LogEventLevel.Information)
                .MinimumLevel.Override("Microsoft.Extensions.Hosting.Internal.Host", LogEventLevel.Fatal)
                .MinimumLevel.Override("System", LogEventLevel.Warning)
                .ReadFrom.Configuration(builder.Configuration)
                .ReadFrom.Services(services)
                .Enrich.FromLogContext()
                .Filter.ByExcluding(IsUnreadableRest)
                .WriteTo.Console(Formatter(format), standardErrorFromLevel: LogEventLevel.Fatal),
            preserveStaticLogger: true,
            writeToProviders: Telemetry.HasCollector(builder.Configuration));
    }

    /// <summary>
    /// A log for the failure of a service that could not be built, with the configuration that could be read.
    /// </summary>
    public static ILoggerFactory WithoutService(IConfiguration configuration)
    {
        var isVerbose = configuration["Serilog:MinimumLevel:Default"] is "Debug" or "Verbose";
        var logs = new LoggerConfiguration()
            .MinimumLevel.Is(isVerbose ? LogEventLevel.Debug : LogEventLevel.Information)
            .WriteTo.Console(Formatter(configuration[FormatKey]), standardErrorFromLevel: LogEventLevel.Fatal)
            .CreateLogger();
        return new SerilogLoggerFactory(logs, dispose: true);
    }

    public static void UseRequestLogs(this WebApplication app) => app.UseSerilogRequestLogging(options =>
    {
        options.Logger = app.Services.GetRequiredService<Serilog.ILogger>();
        options.MessageTemplate = "{RequestMethod} {RequestPath} answered {StatusCode} in {Elapsed:0.0} ms";
        options.GetLevel = (http, _, exception) => (exception, http.Response.StatusCode, http.Request.Path) switch
        {
            (not null, _, _) or (_, >= 500 and not 503, _) => LogEventLevel.Error,
            (_, _, { Value: var path }) when Telemetry.IsProbe(path) => LogEventLevel.Debug,
            _ => LogEventLevel.Information,
        };
    });

    /// <summary>
    /// Kestrel looks for the next request after a body that it could not read, fails in the same way and logs an error
    /// with a stack trace. By then the client's error has been answered and logged.
    /// </summary>
    private static bool IsUnreadableRest(LogEvent logEvent) =>
        logEvent.Properties.GetValueOrDefault("EventId") is StructureValue id
            && id.Properties.Any(p => p.Value is ScalarValue { Value: "RequestBodyDrainBodyReaderInvalidState" });

    internal static ITextFormatter Formatter(string? format) => format == "json"
        ? new EscapedFormatter(new CompactJsonFormatter(), exceptionBelow: false)
        : new EscapedFormatter(
            new MessageTemplateTextFormatter(TextTemplate, CultureInfo.InvariantCulture), exceptionBelow: true);
}
