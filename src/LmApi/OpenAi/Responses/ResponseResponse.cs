using System.Text.Json.Serialization;
using LmApi.Infrastructure.Json;

namespace LmApi.OpenAi.Responses;

/// <summary>A response. Members that are always the same are there because clients read them.</summary>
internal sealed record ResponseResponse
{
    /// <summary>Name of this response; it is not kept.</summary>
    public required string Id { get; init; }

    /// <summary>Always `response`.</summary>
    public string Object { get; init; } = "response";

    /// <summary>Seconds since 1970.</summary>
    public required long CreatedAt { get; init; }

    /// <summary>`completed`, `incomplete`, `failed` or, in a stream, `in_progress`.</summary>
    public required string Status { get; init; }

    /// <summary>Why it is incomplete; null if it is not.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public ResponseIncomplete? IncompleteDetails { get; init; }

    /// <summary>Why it failed; null if it did not.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public ResponseFailure? Error { get; init; }

    /// <summary>The instructions that were given.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public required string? Instructions { get; init; }

    /// <summary>The maximum number of tokens that were to be generated.</summary>
    public required int MaxOutputTokens { get; init; }

    /// <summary>Name of the model.</summary>
    public required string Model { get; init; }

    /// <summary>One message with one text; empty until there is some.</summary>
    public IReadOnlyList<ResponseItem> Output { get; init; } = [];

    /// <summary>The temperature.</summary>
    public required float Temperature { get; init; }

    /// <summary>The `top_p`.</summary>
    public required float TopP { get; init; }

    /// <summary>Always false.</summary>
    public bool ParallelToolCalls { get; init; }

    /// <summary>Always `none`.</summary>
    public string ToolChoice { get; init; } = "none";

    /// <summary>Always empty.</summary>
    public IReadOnlyList<string> Tools { get; init; } = [];

    /// <summary>Always false: nothing is kept.</summary>
    public bool Store { get; init; }

    /// <summary>Always empty.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    /// <summary>Tokens read and generated; null until the end.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public ResponseUsage? Usage { get; init; }
}

/// <summary>Why a response is incomplete.</summary>
internal sealed record ResponseIncomplete
{
    /// <summary>`max_output_tokens`, or `content_filter` where the guard ended it.</summary>
    public required string Reason { get; init; }
}

/// <summary>Why a response failed.</summary>
internal sealed record ResponseFailure
{
    /// <summary>A code of the table of errors.</summary>
    public required string Code { get; init; }

    /// <summary>What happened.</summary>
    public required string Message { get; init; }
}

/// <summary>The message of a response.</summary>
internal sealed record ResponseItem
{
    /// <summary>Name of this message.</summary>
    public required string Id { get; init; }

    /// <summary>Always `message`.</summary>
    public string Type { get; init; } = "message";

    /// <summary>Always `assistant`.</summary>
    public string Role { get; init; } = "assistant";

    /// <summary>`in_progress`, `completed` or `incomplete`.</summary>
    public required string Status { get; init; }

    /// <summary>One text; empty until there is some.</summary>
    public IReadOnlyList<ResponsePart> Content { get; init; } = [];
}

/// <summary>The text of a message.</summary>
internal sealed record ResponsePart
{
    /// <summary>Always `output_text`.</summary>
    public string Type { get; init; } = "output_text";

    /// <summary>The text.</summary>
    public required string Text { get; init; }

    /// <summary>Always empty.</summary>
    public IReadOnlyList<string> Annotations { get; init; } = [];

    /// <summary>Always empty.</summary>
    public IReadOnlyList<string> Logprobs { get; init; } = [];
}

/// <summary>Tokens read and generated.</summary>
internal sealed record ResponseUsage
{
    /// <summary>Tokens of the prompt.</summary>
    public required int InputTokens { get; init; }

    /// <summary>More about them.</summary>
    public required OpenAiPromptTokens InputTokensDetails { get; init; }

    /// <summary>Tokens generated.</summary>
    public required int OutputTokens { get; init; }

    /// <summary>More about them.</summary>
    public ResponseOutputTokens OutputTokensDetails { get; init; } = new();

    /// <summary>Both together.</summary>
    public required int TotalTokens { get; init; }
}

/// <summary>More about the tokens generated.</summary>
internal sealed record ResponseOutputTokens
{
    /// <summary>Always 0.</summary>
    public int ReasoningTokens { get; init; }
}

/// <summary>One event of a stream: the members that its type has.</summary>
internal sealed record ResponseEvent
{
    public required string Type { get; init; }

    public required int SequenceNumber { get; init; }

    public ResponseResponse? Response { get; init; }

    public int? OutputIndex { get; init; }

    public int? ContentIndex { get; init; }

    public string? ItemId { get; init; }

    public ResponseItem? Item { get; init; }

    public ResponsePart? Part { get; init; }

    public string? Delta { get; init; }

    public string? Text { get; init; }

    public IReadOnlyList<string>? Logprobs { get; init; }
}

/// <summary>How responses are written.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(ResponseResponse))]
[JsonSerializable(typeof(ResponseEvent))]
internal sealed partial class ResponseJson : JsonSerializerContext
{
    public static readonly ResponseJson Wire = new(ApiJson.CreateOptions());
}
