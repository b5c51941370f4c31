using LmApi.OpenAi.Chat;
using LmModel.Generation;
using LmModel.Tokenization;

namespace LmApi.Ollama;

/// <summary>The wire format of one answer.</summary>
internal sealed class OllamaReply(string model, Tokenizer tokenizer, OllamaRequest request, TimeProvider time)
{
    private const long NanosecondsPerTick = 100;

    /// <summary>The answer where there is nothing to continue.</summary>
    public OllamaResponse Loaded => Line("") with { Done = true, DoneReason = "load" };

    public OllamaResponse ToLine(in TokenEvent token) => Line(token.Text) with { Logprobs = Logprobs([token]) };

    /// <param name="done">The end.</param>
    /// <param name="text">The whole text, or what is left of it.</param>
    /// <param name="tokens">Those to report.</param>
    public OllamaResponse ToEnd(DoneEvent done, string text, IReadOnlyList<TokenEvent> tokens)
    {
        var timings = done.Timings;
        var first = timings.FirstToken ?? timings.Total;
        return Line(text) with
        {
            Logprobs = tokens.Count > 0 ? Logprobs(tokens) : null,
            Done = true,
            DoneReason = done.FinishReason == FinishReason.Length ? "length" : "stop",
            TotalDuration = Nanoseconds(timings.Total),
            LoadDuration = 0,
            PromptEvalCount = done.PromptTokens,
            PromptEvalDuration = Nanoseconds(first - timings.Queued),
            EvalCount = done.CompletionTokens,
            EvalDuration = Nanoseconds(timings.Total - first),
        };
    }

    private OllamaResponse Line(string text) => new()
    {
        Model = model,
        CreatedAt = time.GetUtcNow(),
        Response = request.IsChat ? null : text,
        Message = request.IsChat ? new() { Content = text } : null,
        Done = false,
    };

    private IEnumerable<ChatToken>? Logprobs(IReadOnlyList<TokenEvent> tokens) =>
        request.Logprobs ? ChatLogprobs.Of(tokenizer, tokens).Content : null;

    private static long Nanoseconds(TimeSpan time) => time.Ticks * NanosecondsPerTick;
}
