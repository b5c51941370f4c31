using LmModel.Checkpoints;
using LmModel.Networks;
using Microsoft.Extensions.Options;

namespace LmApi.Infrastructure;

/// <summary>Runs the service; what keeps it from starting is told in one line.</summary>
internal static partial class Startup
{
    /// <returns>The exit code.</returns>
    public static async Task<int> RunOrExplainAsync(this WebApplication app)
    {
        try
        {
            await app.RunAsync();
            return Environment.ExitCode;
        }
        catch (Exception exception) when (IsExplained(exception))
        {
            var reasons = exception is AggregateException several ? several.InnerExceptions : [exception];
            LogStopped(app.Logger, string.Join("; ", reasons.Select(e => e.Message.ReplaceLineEndings(" "))));
            return 1;
        }
    }

    /// <summary>The message says it all: a stack trace would hide it.</summary>
    private static bool IsExplained(Exception exception) =>
        exception is ModelFolderException or TorchUnavailableException or OptionsValidationException or IOException
            || IsUnreadableOption(exception)
            // Sections of options are validated one by one, and all that are wrong are thrown together.
            || (exception is AggregateException several && several.InnerExceptions.All(IsExplained));

    /// <summary>What the configuration binder throws for a value of another type.</summary>
    private static bool IsUnreadableOption(Exception exception) =>
        exception is InvalidOperationException { InnerException: ArgumentException or FormatException };

    [LoggerMessage(LogLevel.Critical, "The service cannot start: {Reason}")]
    private static partial void LogStopped(ILogger logger, string reason);
}
