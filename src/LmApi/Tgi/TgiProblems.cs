using System.Text.Json;
using LmApi.Infrastructure.Problems;

namespace LmApi.Tgi;

/// <summary>
/// Errors of the paths that only clients of Hugging Face's server know, and of <c>POST /generate</c> once its body has
/// turned out to be theirs.
/// </summary>
internal sealed class TgiProblems : ProblemFormat
{
    public override Type Body => typeof(TgiError);

    public override bool Covers(PathString path) =>
        path == "/" || path.StartsWithSegments("/generate_stream") || path.StartsWithSegments("/info");

    /// <summary>A failure of the model has a status of its own there.</summary>
    public override int StatusOf(Problem problem) => problem.Code == ProblemKind.GenerationFailed.Code
        ? StatusCodes.Status424FailedDependency
        : problem.Status;

    public override byte[] Write(Problem problem) =>
        JsonSerializer.SerializeToUtf8Bytes(Of(problem, Sentence(problem)), TgiJson.Wire.TgiError);

    public static TgiError Of(Problem problem, string message) => problem.Code switch
    {
        "invalid_request" => new() { Error = $"Input validation error: {message}", ErrorType = "validation" },
        "generation_failed" => new()
        {
            Error = $"Request failed during generation: {message}",
            ErrorType = "generation",
        },
        var code => new() { Error = message, ErrorType = code },
    };
}
