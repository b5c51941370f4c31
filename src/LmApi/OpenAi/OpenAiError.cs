using System.Text.Json;
using System.Text.Json.Serialization;
using LmApi.Infrastructure.Json;
using LmApi.Infrastructure.Problems;

namespace LmApi.OpenAi;

/// <summary>An error as OpenAI's clients expect it.</summary>
internal sealed record OpenAiErrorResponse
{
    /// <summary>What happened.</summary>
    public required OpenAiError Error { get; init; }
}

/// <summary>What happened; all four members are always there.</summary>
internal sealed record OpenAiError
{
    /// <summary>What is wrong, for a person: every error of the body.</summary>
    public required string Message { get; init; }

    /// <summary>`invalid_request_error`, `authentication_error`, `rate_limit_error` or `server_error`.</summary>
    public required string Type { get; init; }

    /// <summary>The first member of the body that is not valid; null if the error is elsewhere.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public required string? Param { get; init; }

    /// <summary>What is wrong, for a program: the code of that member's error, or of the problem.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public required string? Code { get; init; }

    public static OpenAiErrorResponse Of(Problem problem, string message) => new()
    {
        Error = new()
        {
            Message = message,
            Type = problem.Status switch
            {
                401 => "authentication_error",
                429 => "rate_limit_error",
                >= 500 => "server_error",
                _ => "invalid_request_error",
            },
            Param = problem.Errors is [{ Field.Length: > 0 } first, ..] ? first.Field : null,
            Code = problem.Errors is [var error, ..] ? error.Code : problem.Code,
        },
    };
}

/// <summary>Errors of the paths under <c>/v1</c>.</summary>
internal sealed class OpenAiProblems : ProblemFormat
{
    public override Type Body => typeof(OpenAiErrorResponse);

    public override bool Covers(PathString path) => path.StartsWithSegments("/v1");

    /// <summary>OpenAI answers every body that is not valid with 400.</summary>
    public override int StatusOf(Problem problem) => problem.Status == 422 ? 400 : problem.Status;

    public override byte[] Write(Problem problem) => JsonSerializer.SerializeToUtf8Bytes(
        OpenAiError.Of(problem, Sentence(problem)), OpenAiErrorJson.Wire.OpenAiErrorResponse);
}

/// <summary>How errors are written.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(OpenAiErrorResponse))]
internal sealed partial class OpenAiErrorJson : JsonSerializerContext
{
    public static readonly OpenAiErrorJson Wire = new(ApiJson.CreateOptions());
}
