using System.Text.Json;
using LmApi.Infrastructure.Problems;

namespace LmApi.Ollama;

/// <summary>Errors of the paths under <c>/api</c>.</summary>
internal sealed class OllamaProblems : ProblemFormat
{
    public override Type Body => typeof(OllamaError);

    public override bool Covers(PathString path) => path.StartsWithSegments("/api");

    /// <summary>Ollama answers every body that is not valid with 400.</summary>
    public override int StatusOf(Problem problem) => problem.Status == 422 ? 400 : problem.Status;

    public override byte[] Write(Problem problem) => JsonSerializer.SerializeToUtf8Bytes(
        new() { Error = Sentence(problem) }, OllamaJson.Wire.OllamaError);
}
