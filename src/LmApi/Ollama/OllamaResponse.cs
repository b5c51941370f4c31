using System.Text.Json.Serialization;
using LmApi.Infrastructure.Json;
using LmApi.OpenAi.Chat;

namespace LmApi.Ollama;

/// <summary>An answer, or a line of one. The members after `done` are in the last line only.</summary>
internal sealed record OllamaResponse
{
    /// <summary>Name of the model.</summary>
    public required string Model { get; init; }

    /// <summary>When it was written.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The text, or the next piece of it (`POST /api/generate`).</summary>
    public string? Response { get; init; }

    /// <summary>The message, or the next piece of it (`POST /api/chat`).</summary>
    public OllamaMessage? Message { get; init; }

    /// <summary>Log probabilities of the tokens, if they were asked for.</summary>
    public IEnumerable<ChatToken>? Logprobs { get; init; }

    /// <summary>Whether this is the last line.</summary>
    public required bool Done { get; init; }

    /// <summary>`stop`, `length`, or `load` where there was nothing to continue.</summary>
    public string? DoneReason { get; init; }

    /// <summary>Nanoseconds from the submission to the end.</summary>
    public long? TotalDuration { get; init; }

    /// <summary>Always 0: the model is loaded when the service starts.</summary>
    public long? LoadDuration { get; init; }

    /// <summary>Tokens of the prompt.</summary>
    public int? PromptEvalCount { get; init; }

    /// <summary>Nanoseconds from the first step to the first generated token.</summary>
    public long? PromptEvalDuration { get; init; }

    /// <summary>Tokens generated.</summary>
    public int? EvalCount { get; init; }

    /// <summary>Nanoseconds from the first generated token to the end.</summary>
    public long? EvalDuration { get; init; }
}

/// <summary>What the model says.</summary>
internal sealed record OllamaMessage
{
    /// <summary>Always `assistant`.</summary>
    public string Role { get; init; } = "assistant";

    /// <summary>The text.</summary>
    public required string Content { get; init; }
}

/// <summary>An error as Ollama's clients expect it.</summary>
internal sealed record OllamaError
{
    /// <summary>What happened.</summary>
    public required string Error { get; init; }
}

/// <summary>How answers are written.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(OllamaResponse))]
[JsonSerializable(typeof(OllamaError))]
[JsonSerializable(typeof(OllamaTags))]
[JsonSerializable(typeof(OllamaModelCard))]
[JsonSerializable(typeof(OllamaVersion))]
internal sealed partial class OllamaJson : JsonSerializerContext
{
    public static readonly OllamaJson Wire = new(ApiJson.CreateOptions());
}
