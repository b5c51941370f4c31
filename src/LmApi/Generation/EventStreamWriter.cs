using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using LmApi.Infrastructure.Json;

namespace LmApi.Generation;

/// <summary>
/// Writes server-sent events by hand: the framework's writer has neither comments nor a way to reuse its buffers.
/// <code>
/// event: token
/// id: gen-5f0c9d1b2a3e4f60:1
/// data: {"index":0,"id":37,"text":"Y","logprob":-0.41}
///
/// </code>
/// </summary>
internal sealed class EventStreamWriter(PipeWriter output, string generationId) : IDisposable
{
    private readonly Utf8JsonWriter _json = new(output, ApiJson.Writer);
    private int _sent;

    /// <summary>Events sent.</summary>
    public int Sent => _sent;

    /// <summary>Writes one event and sends it. The JSON has no line breaks, so one <c>data:</c> line holds it.</summary>
    public async ValueTask WriteAsync<T>(string name, T data, JsonTypeInfo<T> type, CancellationToken cancellation)
    {
        _sent++;
        Text(string.Create(CultureInfo.InvariantCulture, $"event: {name}\nid: {generationId}:{_sent}\ndata: "));
        _json.Reset();
        JsonSerializer.Serialize(_json, data, type);
        output.Write("\n\n"u8);
        await output.FlushAsync(cancellation);
    }

    /// <summary>Sends a comment, which clients ignore and proxies count as life.</summary>
    public async ValueTask WriteKeepAliveAsync(CancellationToken cancellation)
    {
        output.Write(": keep-alive\n\n"u8);
        await output.FlushAsync(cancellation);
    }

    public void Dispose() => _json.Dispose();

    private void Text(string ascii) => Encoding.ASCII.GetBytes(ascii, output);
}
