using System.Globalization;
using System.Net.Sockets;
using LmModel.Networks;

namespace LmApi.Infrastructure;

/// <summary>Builds and runs the service. Whatever prevents it from starting, or ends it, is reported in one
/// line.</summary>
internal static partial class Startup
{
    /// <summary>
    /// Reads the configuration like every ASP.NET Core service, except that <c>appsettings.json</c> comes from the
    /// program's own folder, wherever it is started (<c>--contentRoot</c> names another). Nothing is reloaded, so no
    /// file is watched.
    /// </summary>
    public static WebApplicationBuilder CreateBuilder(string[] args)
    {
        // The format of numbers and dates does not depend on the machine, even if it has cultures enabled.
        var invariant = CultureInfo.InvariantCulture;
        CultureInfo.CurrentCulture = CultureInfo.CurrentUICulture = invariant;
        CultureInfo.DefaultThreadCurrentCulture = CultureInfo.DefaultThreadCurrentUICulture = invariant;
        return WebApplication.CreateBuilder(
            [$"--contentRoot={AppContext.BaseDirectory}", "--hostBuilder:reloadConfigOnChange=false", .. args]);
    }

    /// <param name="args">Of the command line.</param>
    /// <param name="build">Adds the services and the endpoints.</param>
    /// <param name="logsWithoutService">Creates the log for a service that could not be built.</param>
    /// <returns>The exit code: 0 if the service was told to stop, 1 if it failed.</returns>
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
            // Any other cause, such as a failed background service, has already been logged.
            return signals.Heard ? Environment.ExitCode : 1;
        }
        catch (Exception exception) when (exception is not HostAbortedException)
        {
            // The server does not report the address of a socket error.
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
        // Sections of options are validated one by one, and all errors are thrown together.
        AggregateException several => string.Join("; ", several.InnerExceptions.Select(Reason)),
        // It is a shorter form of the loader's message.
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

    [LoggerMessage(LogLevel.Debug, "Stack trace of the error")]
    private static partial void LogTrace(ILogger logger, Exception exception);
}
