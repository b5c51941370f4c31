using LmApi.Infrastructure.Problems;

namespace LmApi.Generation;

/// <summary>The problem that an exception of a running generation is to a client.</summary>
internal static class GenerationFailure
{
    public static ProblemKind KindOf(Exception exception) =>
        exception is ObjectDisposedException or OperationCanceledException ? ProblemKind.ShuttingDown : ProblemKind.GenerationFailed;
}
