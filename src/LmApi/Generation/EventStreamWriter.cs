using System.Buffers;
using System.Buffers.Text;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using LmApi.Infrastructure.Json;
using LmModel.Generation;

namespace LmApi.Generation;

/// <summary>
/// Writes server-sent events by hand: the framework's writer has neither comments nor a way to reuse its buffers.
/// Nothing is sent before <see cref="SendAsync"/>, and a token allocates nothing.
/// <code>
/// event: token
/// id: gen-5f0c9d1b2a3e4f60:1
/// data: {"index":0,"id":37,"text":"Y","logprob":-0.41}
///
/// </code>
/// </summary>
internal sealed class EventStreamWriter(PipeWriter output, GenerationReply reply) : IDisposable
{
    private const int MostDigits = 11;

    private static readonly JsonEncodedText Index = JsonEncodedText.Encode("index");
    private static readonly JsonEncodedText Id = JsonEncodedText.Encode("id");
    private static readonly JsonEncodedText TokenText = JsonEncodedText.Encode("text");
    private static readonly JsonEncodedText Logprob = JsonEncodedText.Encode("logprob");

    private readonly Utf8JsonWriter _json = new(output, ApiJson.Writer);
    private readonly byte[] _toTokenNumber = Head("token", reply.Id);

    /// <summary>Events written.</summary>
    public int Count { get; private set; }

    /// <summary>Whether something is written but not yet sent.</summary>
    public bool HasUnsent { get; private set; }

    /// <summary>Writes a <see cref="TokenResponse"/> as the serializer would, at a fraction of the cost.</summary>
    public void WriteToken(in TokenEvent token)
    {
        Begin(_toTokenNumber);
        if (reply.ReportsAlternatives)
        {
            JsonSerializer.Serialize(_json, reply.ToResponse(token), GenerationJson.Wire.TokenResponse);
        }
        else
        {
            _json.WriteStartObject();
            _json.WriteNumber(Index, token.Index);
            _json.WriteNumber(Id, token.Id);
            _json.WriteString(TokenText, token.Text);
            if (GenerationReply.Finite(token.Logprob) is { } logprob)
            {
                _json.WriteNumber(Logprob, logprob);
            }
            else
            {
                _json.WriteNull(Logprob);
            }

            _json.WriteEndObject();
            _json.Flush();
        }

        Write("\n\n"u8);
    }

    /// <summary>Writes one event. The JSON has no line breaks, so one <c>data:</c> line holds it.</summary>
    public void Write<T>(string name, T data, JsonTypeInfo<T> type)
    {
        Begin(Head(name, reply.Id));
        JsonSerializer.Serialize(_json, data, type);
        Write("\n\n"u8);
    }

    /// <summary>Writes a comment, which clients ignore and proxies take as a sign of life.</summary>
    public void WriteKeepAlive()
    {
        HasUnsent = true;
        Write(": keep-alive\n\n"u8);
    }

    public async ValueTask SendAsync(CancellationToken cancellation)
    {
        HasUnsent = false;
        await output.FlushAsync(cancellation);
    }

    public void Dispose() => _json.Dispose();

    private static byte[] Head(string name, string generationId) =>
        Encoding.ASCII.GetBytes($"event: {name}\nid: {generationId}:");

    /// <summary>Everything before the data: the event's name, its id and the word itself.</summary>
    /// <summary>
    /// Asks for the space that it needs. Once the client has left, the output returns an empty span to a caller that
    /// asks for no size, and <see cref="BuffersExtensions.Write"/> throws.
    /// </summary>
    private void Write(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(output.GetSpan(bytes.Length));
        output.Advance(bytes.Length);
    }

    private void Begin(ReadOnlySpan<byte> head)
    {
        HasUnsent = true;
        var data = "\ndata: "u8;
        var span = output.GetSpan(head.Length + MostDigits + data.Length);
        head.CopyTo(span);
        Utf8Formatter.TryFormat(++Count, span[head.Length..], out var digits);
        var length = head.Length + digits;
        data.CopyTo(span[length..]);
        output.Advance(length + data.Length);
        _json.Reset();
    }
}
