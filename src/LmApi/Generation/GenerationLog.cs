using LmApi.Infrastructure.Problems;
using LmModel.Generation;
using LmModel.Inference;

namespace LmApi.Generation;

/// <summary>The log messages about a generation: names and numbers, never text.</summary>
internal static partial class GenerationLog
{
    /// <summary>Logs that the connection is gone, and which side ended it.</summary>
    public static void Aborted(this ILogger logger, Choices choices, int tokens)
    {
        if (choices.WereCutOff())
        {
            logger.CutOff(choices.Id);
        }
        else
        {
            logger.ClientLeft(choices.Id, tokens);
        }
    }

    [LoggerMessage(LogLevel.Information, "The client of {GenerationId} left after {Tokens} tokens")]
    private static partial void ClientLeft(this ILogger logger, string generationId, int tokens);

    [LoggerMessage(LogLevel.Error, "{GenerationId} failed")]
    private static partial void Failed(this ILogger logger, Exception exception, string generationId);

    [LoggerMessage(LogLevel.Information, "{GenerationId} was ended by the shutdown of the service")]
    private static partial void CutOff(this ILogger logger, string generationId);

    [LoggerMessage(LogLevel.Information, "{GenerationId} ended because its client is not reading: {Reason}")]
    private static partial void NotRead(this ILogger logger, string generationId, string reason);

    [LoggerMessage(
        LogLevel.Information, "The client of {GenerationId} read nothing for {Seconds} s; its connection is closed")]
    public static partial void GaveUp(this ILogger logger, string generationId, double seconds);

    /// <summary>
    /// Whether a generation was interrupted because its client has left: the engine cancels for no other reason, and a
    /// failed connection may be noticed before the request is cancelled.
    /// </summary>
    public static bool ClientHasLeft(HttpContext http, Exception exception) =>
        exception is OperationCanceledException || ProblemMiddleware.HasLeft(http, exception);

    /// <summary>Logs why a generation was interrupted and returns the error for its client.</summary>
    public static Problem BrokeOff(this ILogger logger, Exception exception, string generationId)
    {
        switch (exception)
        {
            case ObjectDisposedException:
                logger.CutOff(generationId);
                return ProblemKind.ShuttingDown.With(ProblemKind.ShuttingDown.Meaning);
            case ProblemException refused:
                return refused.Problem;
            case SlowReaderException:
                logger.NotRead(generationId, exception.Message);
                return ProblemKind.ClientTooSlow.With(exception.Message);
            default:
                logger.Failed(exception, generationId);
                return ProblemKind.GenerationFailed.With(
                    exception is NonFiniteLogitsException ? exception.Message : ProblemKind.GenerationFailed.Meaning);
        }
    }

    public static void Admitted(this ILogger logger, string generationId, GenerationSettings settings) =>
        logger.Admitted(generationId, settings.PromptTokens.Length, settings.MaxTokens, settings.Seed);

    public static void Ended(this ILogger logger, GenerationResponse response) => logger.Ended(
        response.Id,
        response.FinishReason,
        response.Usage.PromptTokens,
        response.Usage.CompletionTokens,
        response.Timings.TotalMs,
        response.Timings.QueuedMs);

    [LoggerMessage(
        LogLevel.Debug,
        "Admitted {GenerationId}: {PromptTokens} prompt tokens, at most {MaxTokens} more, seed {Seed}")]
    private static partial void Admitted(
        this ILogger logger, string generationId, int promptTokens, int maxTokens, long seed);

    [LoggerMessage(
        LogLevel.Information,
        "{GenerationId} ended by {FinishReason}: {PromptTokens} + {CompletionTokens} tokens in {TotalMs} ms, "
        + "{QueuedMs} of them queued")]
    private static partial void Ended(
        this ILogger logger,
        string generationId,
        string finishReason,
        int promptTokens,
        int completionTokens,
        double totalMs,
        double queuedMs);
}
