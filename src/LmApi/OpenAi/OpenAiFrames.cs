using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using LmApi.Generation;
using LmApi.Infrastructure.Json;
using LmApi.Infrastructure.Problems;
using LmModel.Generation;

namespace LmApi.OpenAi;

/// <summary>What every chunk of a streamed answer begins with.</summary>
/// <param name="Id">Name of the answer.</param>
/// <param name="Kind">The member <c>object</c>.</param>
/// <param name="Created">Seconds since 1970.</param>
/// <param name="Model">Name of the model.</param>
/// <param name="Fingerprint">Of the model.</param>
internal sealed record ChunkHead(string Id, string Kind, long Created, string Model, string Fingerprint);

/// <summary>
/// Chunks of completions and of chats, which end with <c>[DONE]</c>. A token without log probabilities allocates
/// nothing.
/// </summary>
internal abstract class OpenAiFrames : AnswerFrames
{
    private static readonly JsonEncodedText Logprobs = JsonEncodedText.Encode("logprobs");
    private static readonly JsonEncodedText FinishReason = JsonEncodedText.Encode("finish_reason");

    private static ReadOnlySpan<byte> Done => "data: [DONE]\n\n"u8;

    private readonly byte[] _head;
    private readonly byte[] _tail;
    private readonly bool _includeUsage;
    private readonly UsageCounter _usage;

    /// <param name="output">The body of the answer.</param>
    /// <param name="head">Of every chunk.</param>
    /// <param name="includeUsage">Whether to end with a chunk that has the usage.</param>
    /// <param name="perPrompt">Choices of each prompt.</param>
    protected OpenAiFrames(PipeWriter output, ChunkHead head, bool includeUsage, int perPrompt) : base(output)
    {
        static string Quoted(string text) => JsonSerializer.Serialize(text, ApiJson.Wire.String);
        _head = Encoding.UTF8.GetBytes(
            $$"""data: {"id":{{Quoted(head.Id)}},"object":{{Quoted(head.Kind)}},"created":{{head.Created}},"model":"""
            + $$"""{{Quoted(head.Model)}},"system_fingerprint":{{Quoted(head.Fingerprint)}},"choices":[""");
        _tail = Encoding.UTF8.GetBytes(includeUsage ? "],\"usage\":null}\n\n" : "]}\n\n");
        (_includeUsage, _usage) = (includeUsage, new(perPrompt));
    }

    public override void WriteDone(int choice, DoneEvent done)
    {
        _usage.Add(choice, done);
        WriteFinish(choice, OpenAiNames.Of(done.FinishReason));
    }

    public override void WriteEnd()
    {
        if (_includeUsage)
        {
            Write(_head);
            Write("],\"usage\":"u8);
            WriteJson(_usage.Usage, OpenAiUsageJson.Wire.OpenAiUsage);
            Write("}\n\n"u8);
        }

        Write(Done);
    }

    public override void WriteError(Problem problem, string traceId)
    {
        Write("data: "u8);
        WriteJson(
            OpenAiError.Of(problem, $"{problem.Detail} (trace_id {traceId})"),
            OpenAiErrorJson.Wire.OpenAiErrorResponse);
        Write("\n\n"u8);
    }

    /// <summary>Writes the last chunk of a choice.</summary>
    protected abstract void WriteFinish(int choice, string reason);

    /// <summary>Begins a chunk; its one choice is then written to <see cref="AnswerFrames.Json"/>.</summary>
    protected void BeginChunk()
    {
        Count++;
        Write(_head);
        Json.Reset();
        Json.WriteStartObject();
    }

    /// <param name="logprobs">Of the tokens in the chunk; null for none.</param>
    /// <param name="type">How they are written.</param>
    /// <param name="finishReason">Why the choice ended; null if it goes on.</param>
    protected void EndChunk<T>(T? logprobs, JsonTypeInfo<T> type, string? finishReason)
        where T : class
    {
        Json.WritePropertyName(Logprobs);
        if (logprobs is null)
        {
            Json.WriteNullValue();
        }
        else
        {
            JsonSerializer.Serialize(Json, logprobs, type);
        }

        Json.WriteString(FinishReason, finishReason);
        Json.WriteEndObject();
        Json.Flush();
        Write(_tail);
    }
}
