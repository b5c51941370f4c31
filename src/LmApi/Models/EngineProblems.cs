using LmApi.Infrastructure.Problems;
using LmModel.Inference;
using LmModel.Scoring;

namespace LmApi.Models;

/// <summary>The problems of an endpoint that reads a body and has the engine work on it.</summary>
internal static class EngineProblems
{
    public static readonly IReadOnlyList<ProblemKind> Kinds =
    [
        ProblemKind.MalformedJson,
        ProblemKind.RequestTimeout,
        ProblemKind.BodyTooLarge,
        ProblemKind.UnsupportedMediaType,
        ProblemKind.InvalidRequest,
        ProblemKind.Overloaded,
        ProblemKind.GenerationFailed,
        ProblemKind.ShuttingDown,
    ];

    /// <summary>Does work with the engine.</summary>
    /// <exception cref="ProblemException">429, 500 or 503.</exception>
    /// <exception cref="OperationCanceledException">The client has left.</exception>
    public static async Task<T> RunAsync<T>(Func<Task<T>> work, int retryAfterSeconds)
    {
        try
        {
            return await work();
        }
        catch (EngineFullException)
        {
            throw new ProblemException(Full(retryAfterSeconds));
        }
        catch (Exception exception) when (Of(exception) is { } problem)
        {
            throw new ProblemException(problem);
        }
    }

    /// <summary>The problem of work that was admitted and then failed; null if its client has left.</summary>
    public static Problem? Of(Exception exception) => exception switch
    {
        ProblemException refused => refused.Problem,
        ObjectDisposedException => ProblemKind.ShuttingDown.With(ProblemKind.ShuttingDown.Meaning),
        NonFiniteLogitsException => ProblemKind.GenerationFailed.With(exception.Message),
        OperationCanceledException => null,
        _ => ProblemKind.GenerationFailed.With(ProblemKind.GenerationFailed.Meaning),
    };

    public static Problem Full(int retryAfterSeconds) =>
        ProblemKind.Overloaded.With(
            "The service is busy: the queue of requests or the memory for neural caches is full. "
                + $"Retry in {retryAfterSeconds} s.") with
        {
            RetryAfterSeconds = retryAfterSeconds,
        };
}
