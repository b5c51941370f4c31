using System.Globalization;
using System.Net.Sockets;
using LmModel.Networks;

namespace LmApi.Infrastructure;

/// <summary>Builds and runs the service. Whatever keeps it from starting, or ends it, is told in one line.</summary>
internal static partial class Startup
{
    /// <summary>
    /// Reads the configuration as every ASP.NET Core service does, but <c>appsettings.json</c> from the program's own
    /// folder, wherever it is started (<c>--contentRoot</c> names another). Nothing is reloaded, so no file is watched.
    /// </summary>
    public static WebApplicationBuilder CreateBuilder(string[] args)
    {
        // What a number or a date looks like does not depend on the machine, even where its cultures are switched on.
        var invariant = CultureInfo.InvariantCulture;
        CultureInfo.CurrentCulture = CultureInfo.CurrentUICulture = invariant;
        CultureInfo.DefaultThreadCurrentCulture = CultureInfo.DefaultThreadCurrentUICulture = invariant;
        return WebApplication.CreateBuilder(
            [$"--contentRoot={AppContext.BaseDirectory}", "--hostBuilder:reloadConfigOnChange=false", .. args]);
    }

    /// <param name="args">Of the command line.</param>
    /// <param name="build">Adds the services and the endpoints.</param>
    /// <param name="logsWithoutService">Makes the log of a service that could not be built.</param>
    /// <returns>The exit code: 0 where the service was told to stop, 1 where it failed.</returns>
    public static async Task<int> RunAsync(
        string[] args,
        Func<WebApplicationBuilder, WebApplication> build,
        Func<IConfiguration, ILoggerFactory> logsWithoutService)
    {
        using var signals = new StopSignals();
        IConfiguration configuration = new ConfigurationBuilder().AddEnvironmentVariables().Build();
        WebApplication? app = null;
        var started = false;
        try
        {
            var builder = CreateBuilder(args);
            configuration = builder.Configuration;
            app = build(builder);
            UnknownOptions.Warn(app);
            ServerAddresses.Of(configuration);
            await app.StartAsync();
            started = true;
            signals.HandOver(app.Services.GetRequiredService<Lifecycle>().Stop);
            await app.WaitForShutdownAsync();
            // Whatever else ends it, such as a background service that failed, has said why.
            return signals.Heard ? Environment.ExitCode : 1;
        }
        catch (Exception exception) when (exception is not HostAbortedException)
        {
            // Of a socket's error the server does not say which address it was.
            var reason = exception is SocketException
                ? $"cannot listen on {ServerAddresses.Text(configuration)}: {Reason(exception)}"
                : Reason(exception);
            using var log = app is null ? logsWithoutService(configuration) : null;
            var logger = log?.CreateLogger(typeof(Startup)) ?? app!.Logger;
            if (started)
            {
                LogFailed(logger, reason);
            }
            else
            {
                LogNotStarted(logger, reason);
            }

            LogTrace(logger, exception);
            return 1;
        }
        finally
        {
            if (app is not null)
            {
                await app.DisposeAsync();
            }
        }
    }

    /// <summary>The message of an exception and of those that caused it, in one line.</summary>
    public static string Reason(Exception exception) => exception switch
    {
        // Sections of options are validated one by one, and all that are wrong are thrown together.
        AggregateException several => string.Join("; ", several.InnerExceptions.Select(Reason)),
        // It says what the loader said, in fewer words.
        TorchUnavailableException => OneLine(exception.Message),
        { InnerException: { } cause } when Reason(cause) is var why
            && !exception.Message.Contains(why, StringComparison.OrdinalIgnoreCase) =>
            $"{OneLine(exception.Message)} {why}",
        _ => OneLine(exception.Message),
    };

    private static string OneLine(string text) => text.ReplaceLineEndings(" ");

    [LoggerMessage(LogLevel.Critical, "The service cannot start: {Reason}")]
    private static partial void LogNotStarted(ILogger logger, string reason);

    [LoggerMessage(LogLevel.Critical, "The service failed: {Reason}")]
    private static partial void LogFailed(ILogger logger, string reason);

    [LoggerMessage(LogLevel.Debug, "Where that was thrown")]
    private static partial void LogTrace(ILogger logger, Exception exception);
}
