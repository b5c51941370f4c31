namespace LmApi.Infrastructure.Problems;

/// <summary>Ends the handling of a request with a problem; <see cref="ProblemMiddleware"/> answers with it.</summary>
internal sealed class ProblemException(Problem problem) : Exception(problem.Detail)
{
    public Problem Problem { get; } = problem;
}
