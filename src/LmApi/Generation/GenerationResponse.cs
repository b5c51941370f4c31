using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;

namespace LmApi.Generation;

/// <summary>The data of the `start` event, known before the first token.</summary>
internal sealed record StartResponse
{
    /// <summary>Name of this generation; the ids of its events begin with it.</summary>
    public required string Id { get; init; }

    /// <summary>Name of the model.</summary>
    public required string Model { get; init; }

    /// <summary>
    /// The seed that was used; the same request with this seed gives the same text, even if this stream is interrupted.
    /// </summary>
    public required long Seed { get; init; }
}

/// <summary>One token, of the echoed prompt or generated: the data of a `token` event.</summary>
internal sealed record TokenResponse
{
    /// <summary>Position among the tokens of this answer, from 0.</summary>
    public required int Index { get; init; }

    /// <summary>Token id.</summary>
    public required int Id { get; init; }

    /// <summary>
    /// The text that became certain with this token. An unfinished character, or the possible beginning of a stop
    /// string, comes with a later token, so this may be empty, or longer than the token. The concatenation of all of
    /// them is the text.
    /// </summary>
    public required string Text { get; init; }

    /// <summary>
    /// Natural logarithm of the model's own probability of the token (with a `neural_cache`, of the mixture's), before
    /// any other setting changes it; null for the first token of an echoed prompt, which nothing predicts.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public required float? Logprob { get; init; }

    /// <summary>
    /// The most probable tokens at this position, best first; present if `logprobs` is above 0.
    /// </summary>
    public IReadOnlyList<AlternativeResponse>? Alternatives { get; init; }
}

/// <summary>A token that the model could have chosen.</summary>
internal sealed record AlternativeResponse
{
    /// <summary>Token id.</summary>
    public required int Id { get; init; }

    /// <summary>The text of the token alone; bytes that are not a whole character are shown as U+FFFD.</summary>
    public required string Text { get; init; }

    /// <summary>Natural logarithm of its probability.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public required float? Logprob { get; init; }
}

/// <summary>A finished generation: the data of the `done` event, and the answer if `stream` is false.</summary>
internal sealed record GenerationResponse
{
    /// <summary>Name of this generation; the ids of its events begin with it.</summary>
    public required string Id { get; init; }

    /// <summary>Name of the model.</summary>
    public required string Model { get; init; }

    /// <summary>
    /// `length`: `max_tokens` were generated. `stop`: a stop string appeared. `guard`: every token would have completed
    /// a run of the training text.
    /// </summary>
    [AllowedValues("length", "stop", "guard")]
    public required string FinishReason { get; init; }

    /// <summary>The stop string that ended the text; absent if none did.</summary>
    public string? StopSequence { get; init; }

    /// <summary>The whole text: the texts of all tokens together.</summary>
    public required string Text { get; init; }

    /// <summary>The tokens, in a JSON answer with `logprobs` above 0; a stream has sent them before.</summary>
    public IEnumerable<TokenResponse>? Tokens { get; init; }

    /// <summary>Tokens read and generated.</summary>
    public required UsageResponse Usage { get; init; }

    /// <summary>How often the guard acted; absent without one.</summary>
    public GuardResponse? Guard { get; init; }

    /// <summary>The seed that was used; the same request with this seed gives the same text.</summary>
    public required long Seed { get; init; }

    /// <summary>Where the time went.</summary>
    public required TimingsResponse Timings { get; init; }
}

/// <summary>Tokens read and generated.</summary>
internal sealed record UsageResponse
{
    /// <summary>Tokens of the prompt.</summary>
    public required int PromptTokens { get; init; }

    /// <summary>
    /// How many of them did not have to be read, because an earlier prompt had the same beginning; the text is the
    /// same.
    /// </summary>
    public required int CachedTokens { get; init; }

    /// <summary>Tokens generated.</summary>
    public required int CompletionTokens { get; init; }

    /// <summary>Both together.</summary>
    public required int TotalTokens { get; init; }
}

/// <summary>What the guard against copies of the training text did.</summary>
internal sealed record GuardResponse
{
    /// <summary>
    /// Number of tokens of the text that are not the first choice, because that would have completed a run of the
    /// training text.
    /// </summary>
    public required int Blocked { get; init; }
}

/// <summary>Where the time went.</summary>
internal sealed record TimingsResponse
{
    /// <summary>Milliseconds from submission to the first step.</summary>
    public required double QueuedMs { get; init; }

    /// <summary>Milliseconds from submission to the first generated token; absent if none was generated.</summary>
    public double? FirstTokenMs { get; init; }

    /// <summary>Milliseconds from submission to the end.</summary>
    public required double TotalMs { get; init; }

    /// <summary>Generated tokens per second, not counting the queue; 0 if it took no measurable time.</summary>
    public required double TokensPerSecond { get; init; }
}

/// <summary>The data of an `error` event: the stream ends here, and no more text follows.</summary>
internal sealed record StreamErrorResponse
{
    /// <summary>A code of the table of problems: `generation_failed`, `client_too_slow` or `shutting_down`.</summary>
    public required string Code { get; init; }

    /// <summary>What happened, for a person.</summary>
    public required string Message { get; init; }

    /// <summary>Identifies the request in the logs of the service.</summary>
    public required string TraceId { get; init; }
}
