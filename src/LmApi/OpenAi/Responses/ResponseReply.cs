using LmApi.Infrastructure.Problems;
using LmModel.Generation;

namespace LmApi.OpenAi.Responses;

/// <summary>The states of one response, from its beginning to its end.</summary>
internal sealed class ResponseReply(string id, string model, long created, ResponseRequest request)
{
    public string ItemId { get; } = "msg_" + id[(id.IndexOf('_') + 1)..];

    public ResponseResponse Begun => new()
    {
        Id = id,
        CreatedAt = created,
        Status = "in_progress",
        Instructions = request.Instructions,
        MaxOutputTokens = request.Settings.MaxTokens,
        Model = model,
        Temperature = request.Settings.Sampling.Temperature,
        TopP = request.Settings.Sampling.TopP,
    };

    public ResponseItem BegunItem => new() { Id = ItemId, Status = "in_progress" };

    public ResponseItem Item(DoneEvent done) =>
        new() { Id = ItemId, Status = Status(done), Content = [new() { Text = done.Text }] };

    public ResponseResponse Ended(DoneEvent done) => Begun with
    {
        Status = Status(done),
        IncompleteDetails = done.FinishReason switch
        {
            FinishReason.Length => new() { Reason = "max_output_tokens" },
            FinishReason.Guard => new() { Reason = "content_filter" },
            _ => null,
        },
        Output = [Item(done)],
        Usage = new()
        {
            InputTokens = done.PromptTokens,
            InputTokensDetails = new() { CachedTokens = done.CachedTokens },
            OutputTokens = done.CompletionTokens,
            TotalTokens = done.PromptTokens + done.CompletionTokens,
        },
    };

    public ResponseResponse Failed(Problem problem, string traceId) => Begun with
    {
        Status = "failed",
        Error = new() { Code = problem.Code, Message = $"{problem.Detail} (trace_id {traceId})" },
    };

    /// <summary>A text ends by itself only at a stop string: the model has no token for its end.</summary>
    private static string Status(DoneEvent done) =>
        done.FinishReason == FinishReason.Stop ? "completed" : "incomplete";
}
