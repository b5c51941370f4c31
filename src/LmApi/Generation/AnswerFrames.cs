using System.IO.Pipelines;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using LmApi.Infrastructure.Json;
using LmApi.Infrastructure.Problems;
using LmModel.Generation;

namespace LmApi.Generation;

/// <summary>Makes the frames of an answer.</summary>
internal delegate AnswerFrames FramesFactory(PipeWriter output);

/// <summary>
/// How a streamed answer looks: what is written when it begins, for each token, and when it ends. Frames are written by
/// hand: the framework's writer has neither comments nor a way to reuse its buffers. Nothing is sent before
/// <see cref="SendAsync"/>.
/// </summary>
internal abstract class AnswerFrames(PipeWriter output) : IDisposable
{
    public const string EventStream = "text/event-stream";

    /// <summary>Writes to the same output; reset it before each value.</summary>
    protected Utf8JsonWriter Json { get; } = new(output, ApiJson.Writer);

    protected PipeWriter Output => output;

    /// <summary>Frames written.</summary>
    public int Count { get; protected set; }

    /// <summary>Whether something is written but not yet sent.</summary>
    public bool HasUnsent { get; private set; }

    public virtual string MediaType => EventStream;

    /// <summary>Writes what comes before the first token; nothing if a dialect has no such thing.</summary>
    public virtual void WriteStart()
    {
    }

    /// <param name="choice">Number of the generation.</param>
    /// <param name="token">Its next token.</param>
    public abstract void WriteToken(int choice, in TokenEvent token);

    /// <param name="choice">Number of the generation.</param>
    /// <param name="done">Its end.</param>
    public abstract void WriteDone(int choice, DoneEvent done);

    /// <summary>Writes what comes after the end of the last choice; nothing if a dialect has no such thing.</summary>
    public virtual void WriteEnd()
    {
    }

    /// <summary>The answer ends here, and is not complete.</summary>
    /// <param name="problem">Why.</param>
    /// <param name="traceId">Identifies the request in the log.</param>
    public abstract void WriteError(Problem problem, string traceId);

    /// <summary>Writes a comment, which clients ignore and proxies take as a sign of life.</summary>
    public virtual void WriteKeepAlive() => Write(": keep-alive\n\n"u8);

    public async ValueTask SendAsync(CancellationToken cancellation)
    {
        HasUnsent = false;
        await output.FlushAsync(cancellation);
    }

    public void Dispose() => Json.Dispose();

    /// <summary>
    /// Asks for the space that it needs. Once the client has left, the output returns an empty span to a caller that
    /// asks for no size, and <see cref="System.Buffers.BuffersExtensions.Write"/> throws.
    /// </summary>
    protected void Write(ReadOnlySpan<byte> bytes)
    {
        HasUnsent = true;
        bytes.CopyTo(output.GetSpan(bytes.Length));
        output.Advance(bytes.Length);
    }

    /// <summary>Has no line breaks.</summary>
    protected void WriteJson<T>(T value, JsonTypeInfo<T> type)
    {
        Json.Reset();
        JsonSerializer.Serialize(Json, value, type);
    }
}
