using System.Text.Json.Serialization;
using LmApi.Infrastructure.Json;

namespace LmApi.Tgi;

/// <summary>The answer to a body with `inputs`.</summary>
internal sealed record TgiResponse
{
    /// <summary>The text, with the stop string that ended it.</summary>
    public required string GeneratedText { get; init; }

    /// <summary>Tokens and numbers, if they were asked for.</summary>
    public TgiDetails? Details { get; init; }
}

/// <summary>Tokens and numbers of a text.</summary>
internal sealed record TgiDetails
{
    /// <summary>`length`, `stop_sequence`, or `eos_token` where the guard ended it.</summary>
    public required string FinishReason { get; init; }

    /// <summary>Tokens generated.</summary>
    public required int GeneratedTokens { get; init; }

    /// <summary>The seed that was used.</summary>
    public required long Seed { get; init; }

    /// <summary>The tokens of the prompt, if they were asked for.</summary>
    public IEnumerable<TgiPrefillToken> Prefill { get; init; } = [];

    /// <summary>The tokens of the text.</summary>
    public required IEnumerable<TgiToken> Tokens { get; init; }

    /// <summary>The most probable tokens at each position, if they were asked for.</summary>
    public IEnumerable<IEnumerable<TgiToken>>? TopTokens { get; init; }

    /// <summary>The other texts of `best_of`.</summary>
    public IEnumerable<TgiSequence>? BestOfSequences { get; init; }
}

/// <summary>Another text of `best_of`.</summary>
internal sealed record TgiSequence
{
    /// <summary>The text.</summary>
    public required string GeneratedText { get; init; }

    /// <summary>As in the details.</summary>
    public required string FinishReason { get; init; }

    /// <summary>Tokens generated.</summary>
    public required int GeneratedTokens { get; init; }

    /// <summary>Its seed.</summary>
    public required long Seed { get; init; }

    /// <summary>Always empty.</summary>
    public IEnumerable<TgiPrefillToken> Prefill { get; init; } = [];

    /// <summary>Its tokens.</summary>
    public required IEnumerable<TgiToken> Tokens { get; init; }
}

/// <summary>A token of a prompt.</summary>
internal sealed record TgiPrefillToken
{
    /// <summary>Token id.</summary>
    public required int Id { get; init; }

    /// <summary>Its text.</summary>
    public required string Text { get; init; }

    /// <summary>Natural logarithm of its probability; null for the first one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public required float? Logprob { get; init; }
}

/// <summary>A token of a text.</summary>
internal sealed record TgiToken
{
    /// <summary>Token id.</summary>
    public required int Id { get; init; }

    /// <summary>The text that came with it.</summary>
    public required string Text { get; init; }

    /// <summary>Natural logarithm of the model's own probability.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public required float? Logprob { get; init; }

    /// <summary>Always false: there are no special tokens.</summary>
    public bool Special { get; init; }
}

/// <summary>One frame of a stream.</summary>
internal sealed record TgiFrame
{
    /// <summary>Number of the token, from 1.</summary>
    public required int Index { get; init; }

    /// <summary>The token.</summary>
    public required TgiToken Token { get; init; }

    /// <summary>The most probable tokens, if they were asked for.</summary>
    public IEnumerable<TgiToken>? TopTokens { get; init; }

    /// <summary>The whole text, in the last frame.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? GeneratedText { get; init; }

    /// <summary>Why the text ended, in the last frame.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public TgiStreamDetails? Details { get; init; }
}

/// <summary>Why a streamed text ended.</summary>
internal sealed record TgiStreamDetails
{
    public required string FinishReason { get; init; }

    public required int GeneratedTokens { get; init; }

    public required long Seed { get; init; }

    public required int InputLength { get; init; }
}

/// <summary>An error as clients of Hugging Face's server expect it.</summary>
internal sealed record TgiError
{
    /// <summary>What happened.</summary>
    public required string Error { get; init; }

    /// <summary>`validation`, `overloaded`, `generation`, or a code of the table of errors.</summary>
    public required string ErrorType { get; init; }
}

/// <summary>The answer to `GET /info`.</summary>
internal sealed record TgiInfo
{
    /// <summary>Name of the model.</summary>
    public required string ModelId { get; init; }

    /// <summary>SHA-256 of its weights.</summary>
    public required string ModelSha { get; init; }

    /// <summary>The precision that it is served in.</summary>
    public required string ModelDtype { get; init; }

    /// <summary>Always `cpu`.</summary>
    public string ModelDeviceType { get; init; } = "cpu";

    /// <summary>Always `text-generation`.</summary>
    public string ModelPipelineTag { get; init; } = "text-generation";

    /// <summary>Generations that are admitted at a time.</summary>
    public required int MaxConcurrentRequests { get; init; }

    /// <summary>The maximum of `best_of`.</summary>
    public required long MaxBestOf { get; init; }

    /// <summary>The most stop strings.</summary>
    public required int MaxStopSequences { get; init; }

    /// <summary>The most tokens of a prompt.</summary>
    public required int MaxInputTokens { get; init; }

    /// <summary>The most tokens of a prompt and its text.</summary>
    public required int MaxTotalTokens { get; init; }

    /// <summary>Threads that compute.</summary>
    public required int ValidationWorkers { get; init; }

    /// <summary>Always 1.</summary>
    public int MaxClientBatchSize { get; init; } = 1;

    /// <summary>Always `lmservice`.</summary>
    public string Router { get; init; } = "lmservice";

    /// <summary>Of the service.</summary>
    public required string Version { get; init; }
}

/// <summary>How answers are written.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(TgiResponse))]
[JsonSerializable(typeof(IReadOnlyList<TgiResponse>))]
[JsonSerializable(typeof(TgiFrame))]
[JsonSerializable(typeof(TgiError))]
[JsonSerializable(typeof(TgiInfo))]
internal sealed partial class TgiJson : JsonSerializerContext
{
    public static readonly TgiJson Wire = new(ApiJson.CreateOptions());
}
