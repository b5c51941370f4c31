namespace LmApi.Infrastructure.Problems;

/// <summary>
/// How the errors of some paths are written, because clients of another service expect that service's own shape there.
/// All other errors are problem details. As a feature of a request it overrides what its path says.
/// </summary>
internal abstract class ProblemFormat
{
    public const string MediaType = "application/json";

    /// <summary>The type that is written as JSON.</summary>
    public abstract Type Body { get; }

    public abstract bool Covers(PathString path);

    /// <summary>The HTTP status.</summary>
    public virtual int StatusOf(Problem problem) => problem.Status;

    /// <summary>The body, JSON in UTF-8.</summary>
    public abstract byte[] Write(Problem problem);

    /// <summary>The detail of a problem, and every error of a body that has several.</summary>
    protected static string Sentence(Problem problem) => problem.Errors is { Count: > 1 } errors
        ? string.Join(" ", errors.Select(error => error.Message))
        : problem.Detail;
}
