using System.Text.Json;
using System.Text.Json.Nodes;
using LmApi.Infrastructure.Json;
using LmApi.Infrastructure.Problems;

namespace LmApi.Infrastructure.OpenApi;

/// <summary>One example of every problem.</summary>
internal static class ProblemExamples
{
    public const string MediaType = "application/problem+json";

    private const string TraceId = "0af7651916cd43dd8448eb211c80319c";

    public static JsonNode Of(ProblemKind kind, string path)
    {
        var problem = kind.With(Detail(kind)) with { Instance = path, TraceId = TraceId };
        if (kind == ProblemKind.MalformedJson)
        {
            problem = problem with { Position = new() { Line = 1, Column = 12, ByteOffset = 11 } };
        }
        else if (kind == ProblemKind.InvalidRequest)
        {
            problem = problem with { Errors = Errors(path) };
        }

        return JsonSerializer.SerializeToNode(problem, ProblemJson.Wire.Problem)!;
    }

    private static string Detail(ProblemKind kind) => kind.Code switch
    {
        "malformed_json" => "Line 1, column 12: 'H' is an invalid start of a value.",
        "not_acceptable" => "This answers with text/event-stream or application/json; given: Accept: text/html.",
        "request_timeout" => "The body must arrive within 30 s.",
        "body_too_large" => "The body may have 524288 bytes; given: 2000000.",
        "unsupported_media_type" => "Send JSON in UTF-8 with the header Content-Type: application/json; "
            + "given: text/plain.",
        "invalid_request" => "The body has 2 errors.",
        "overloaded" =>
            "The service is busy: the queue of requests or the memory for neural caches is full. Retry in 2 s.",
        _ => kind.Meaning,
    };

    private static FieldError[] Errors(string path) => path == "/generate" ? GenerateErrors() :
    [
        Unknown("txet", path == "/tokenize" ? "text" : "tokens"),
                new()
                {
                    Field = path == "/tokenize" ? "text" : "tokens",
                    Code = FieldErrorCodes.Missing,
                    Message = "It is missing.",
                },
    ];

    private static FieldError[] GenerateErrors() =>
    [
        Unknown("temprature", "temperature"),
        new()
        {
            Field = "top_p",
            Code = FieldErrorCodes.OutOfRange,
            Message = "`top_p` must be a number above 0 and at most 1.",
            Limit = new() { ExclusiveMinimum = 0, Maximum = 1 },
            Given = JsonSerializer.SerializeToElement(2, ApiJson.Wire.Int32),
        },
    ];

    private static FieldError Unknown(string name, string meant) => new()
    {
        Field = name,
        Code = FieldErrorCodes.UnknownField,
        Message = $"There is no `{name}`; did you mean `{meant}`?",
        Given = JsonSerializer.SerializeToElement(1, ApiJson.Wire.Int32),
        Suggestion = meant,
    };
}
