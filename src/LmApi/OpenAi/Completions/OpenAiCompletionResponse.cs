using System.Text.Json.Serialization;
using LmApi.Infrastructure.Json;

namespace LmApi.OpenAi.Completions;

/// <summary>The answer to a completion.</summary>
internal sealed record OpenAiCompletionResponse
{
    /// <summary>Name of this answer.</summary>
    public required string Id { get; init; }

    /// <summary>Always `text_completion`.</summary>
    public string Object { get; init; } = Kind;

    /// <summary>Seconds since 1970.</summary>
    public required long Created { get; init; }

    /// <summary>Name of the model.</summary>
    public required string Model { get; init; }

    /// <summary>Changes when the weights do.</summary>
    public required string SystemFingerprint { get; init; }

    /// <summary>The texts: choice j of prompt p has the index p · n + j.</summary>
    public required IEnumerable<OpenAiCompletionChoice> Choices { get; init; }

    /// <summary>Tokens read and generated.</summary>
    public required OpenAiUsage Usage { get; init; }

    public const string Kind = "text_completion";
}

/// <summary>One text.</summary>
internal sealed record OpenAiCompletionChoice
{
    /// <summary>The text, after the prompt if `echo` is true.</summary>
    public required string Text { get; init; }

    /// <summary>Its number.</summary>
    public required int Index { get; init; }

    /// <summary>Of its tokens; null unless `logprobs` was asked for.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public required CompletionLogprobs? Logprobs { get; init; }

    /// <summary>`stop`, `length`, or `content_filter` where the guard ended it.</summary>
    public required string FinishReason { get; init; }
}

/// <summary>Four arrays with an item for each token.</summary>
internal sealed record CompletionLogprobs
{
    /// <summary>The text of each token alone.</summary>
    public required IEnumerable<string> Tokens { get; init; }

    /// <summary>Natural logarithms of the model's own probabilities; null for a first token of a prompt.</summary>
    public required IEnumerable<double?> TokenLogprobs { get; init; }

    /// <summary>The most probable tokens at each place, and the one that is there; null if nothing predicts it.</summary>
    public required IEnumerable<IReadOnlyDictionary<string, double?>?> TopLogprobs { get; init; }

    /// <summary>Where the text that came with each token begins, in characters.</summary>
    public required IEnumerable<int> TextOffset { get; init; }
}

/// <summary>How completions are written.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(OpenAiCompletionResponse))]
internal sealed partial class OpenAiCompletionJson : JsonSerializerContext
{
    public static readonly OpenAiCompletionJson Wire = new(ApiJson.CreateOptions());
}
