using System.Buffers.Text;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using LmApi.Infrastructure.Problems;
using LmModel.Generation;

namespace LmApi.Generation;

/// <summary>
/// The events of <c>POST /generate</c>: one <c>start</c>, <c>token</c> events, then one <c>done</c> or <c>error</c>. A
/// token allocates nothing.
/// <code>
/// event: token
/// id: gen-5f0c9d1b2a3e4f60:1
/// data: {"index":0,"id":37,"text":"Y","logprob":-0.41}
///
/// </code>
/// </summary>
internal sealed class EventStreamWriter(PipeWriter output, GenerationReply reply) : AnswerFrames(output)
{
    private const int MostDigits = 11;

    private static readonly JsonEncodedText Index = JsonEncodedText.Encode("index");
    private static readonly JsonEncodedText Id = JsonEncodedText.Encode("id");
    private static readonly JsonEncodedText TokenText = JsonEncodedText.Encode("text");
    private static readonly JsonEncodedText Logprob = JsonEncodedText.Encode("logprob");

    private readonly byte[] _toTokenNumber = Head("token", reply.Id);

    public override void WriteStart() => Write("start", reply.Start, GenerationJson.Wire.StartResponse);

    /// <summary>Writes a <see cref="TokenResponse"/> as the serializer would, at a fraction of the cost.</summary>
    public override void WriteToken(int choice, in TokenEvent token)
    {
        Begin(_toTokenNumber);
        if (reply.ReportsAlternatives)
        {
            JsonSerializer.Serialize(Json, reply.ToResponse(token), GenerationJson.Wire.TokenResponse);
        }
        else
        {
            Json.WriteStartObject();
            Json.WriteNumber(Index, token.Index);
            Json.WriteNumber(Id, token.Id);
            Json.WriteString(TokenText, token.Text);
            if (GenerationReply.Finite(token.Logprob) is { } logprob)
            {
                Json.WriteNumber(Logprob, logprob);
            }
            else
            {
                Json.WriteNull(Logprob);
            }

            Json.WriteEndObject();
            Json.Flush();
        }

        Write("\n\n"u8);
    }

    public override void WriteDone(int choice, DoneEvent done) =>
        Write("done", reply.ToResponse(done), GenerationJson.Wire.GenerationResponse);

    public override void WriteError(Problem problem, string traceId)
    {
        var error = new StreamErrorResponse { Code = problem.Code, Message = problem.Detail, TraceId = traceId };
        Write("error", error, GenerationJson.Wire.StreamErrorResponse);
    }

    private static byte[] Head(string name, string generationId) =>
        Encoding.ASCII.GetBytes($"event: {name}\nid: {generationId}:");

    /// <summary>Writes one event. The JSON has no line breaks, so one <c>data:</c> line holds it.</summary>
    private void Write<T>(string name, T data, JsonTypeInfo<T> type)
    {
        Begin(Head(name, reply.Id));
        JsonSerializer.Serialize(Json, data, type);
        Write("\n\n"u8);
    }

    /// <summary>Everything before the data: the event's name, its id and the word itself.</summary>
    private void Begin(ReadOnlySpan<byte> head)
    {
        Write(head);
        var span = Output.GetSpan(MostDigits);
        Utf8Formatter.TryFormat(++Count, span, out var digits);
        Output.Advance(digits);
        Write("\ndata: "u8);
        Json.Reset();
    }
}
