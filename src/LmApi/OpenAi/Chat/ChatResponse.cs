using System.Text.Json.Serialization;
using LmApi.Infrastructure.Json;
using LmModel.Generation;
using LmModel.Tokenization;

namespace LmApi.OpenAi.Chat;

/// <summary>The answer to a chat.</summary>
internal sealed record ChatResponse
{
    public const string Kind = "chat.completion";

    /// <summary>What its chunks are called.</summary>
    public const string ChunkKind = "chat.completion.chunk";

    /// <summary>Name of this answer.</summary>
    public required string Id { get; init; }

    /// <summary>Always `chat.completion`.</summary>
    public string Object { get; init; } = Kind;

    /// <summary>Seconds since 1970.</summary>
    public required long Created { get; init; }

    /// <summary>Name of the model.</summary>
    public required string Model { get; init; }

    /// <summary>Changes when the weights do.</summary>
    public required string SystemFingerprint { get; init; }

    /// <summary>The answers.</summary>
    public required IEnumerable<ChatChoice> Choices { get; init; }

    /// <summary>Tokens read and generated.</summary>
    public required OpenAiUsage Usage { get; init; }
}

/// <summary>One answer.</summary>
internal sealed record ChatChoice
{
    /// <summary>Its number.</summary>
    public required int Index { get; init; }

    /// <summary>What the model says.</summary>
    public required ChatAnswer Message { get; init; }

    /// <summary>Of its tokens; null unless `logprobs` is true.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public required ChatLogprobs? Logprobs { get; init; }

    /// <summary>`stop`, `length`, or `content_filter` where the guard ended it.</summary>
    public required string FinishReason { get; init; }
}

/// <summary>A message of the model.</summary>
internal sealed record ChatAnswer
{
    /// <summary>Always `assistant`.</summary>
    public string Role { get; init; } = "assistant";

    /// <summary>The text.</summary>
    public required string Content { get; init; }

    /// <summary>Always null.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? Refusal { get; init; }
}

/// <summary>The log probabilities of tokens.</summary>
internal sealed record ChatLogprobs
{
    /// <summary>The tokens.</summary>
    public required IEnumerable<ChatToken> Content { get; init; }

    public static ChatLogprobs Of(Tokenizer tokenizer, IEnumerable<TokenEvent> tokens) => new()
    {
        Content = tokens.Select(token => ChatToken.Of(tokenizer, token.Id, token.Logprob) with
        {
            TopLogprobs = token.Alternatives.Select(top => ChatToken.Of(tokenizer, top.Id, top.Logprob)),
        }),
    };
}

/// <summary>A token with its log probability.</summary>
internal sealed record ChatToken
{
    /// <summary>What OpenAI reports in place of minus infinity, which JSON does not have.</summary>
    private const float Least = -9999;

    /// <summary>Its text.</summary>
    public required string Token { get; init; }

    /// <summary>Natural logarithm of the model's own probability; −9999 if that is 0.</summary>
    public required float Logprob { get; init; }

    /// <summary>Its bytes.</summary>
    public required IReadOnlyList<int> Bytes { get; init; }

    /// <summary>The most probable tokens at its place.</summary>
    public IEnumerable<ChatToken>? TopLogprobs { get; init; }

    public static ChatToken Of(Tokenizer tokenizer, int id, float? logprob) => new()
    {
        Token = OpenAiNames.Of(tokenizer, id),
        Logprob = Math.Max(Least, logprob ?? Least),
        Bytes = [.. tokenizer.TokenBytes(id).ToArray().Select(unit => (int)unit)],
    };
}

/// <summary>How chats are written.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(ChatResponse))]
internal sealed partial class ChatJson : JsonSerializerContext
{
    public static readonly ChatJson Wire = new(ApiJson.CreateOptions());
}
