using System.Buffers;
using System.Text;

namespace LmCli.Bench.Load;

/// <summary>
/// Reads one HTTP/1.1 answer with a chunked event stream as its bytes arrive, copying nothing but the head, and knows
/// where it ends. As much of HTTP as this service speaks, and no more.
/// </summary>
internal sealed class StreamedResponse(IStreamCounter events)
{
    private readonly ArrayBufferWriter<byte> _head = new(1024);
    private Part _part;
    private long _chunk;
    private bool _sizeEnded;
    private int _trailer;

    private enum Part
    {
        Head,
        ChunkSize,
        Chunk,
        ChunkEnd,
        Trailer,
        Complete,
    }

    public IStreamCounter Events => events;

    public bool Complete => _part == Part.Complete;

    /// <summary>Gets ready for the next answer on the same connection.</summary>
    public void Reset()
    {
        _head.ResetWrittenCount();
        _part = Part.Head;
        Events.Reset();
    }

    /// <exception cref="InvalidDataException">The answer is not 200, not a chunked stream, or goes on after its
    /// end.</exception>
    public void Feed(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            bytes = _part switch
            {
                Part.Head => Head(bytes),
                Part.ChunkSize => ChunkSize(bytes),
                Part.Chunk => Chunk(bytes),
                Part.ChunkEnd => ChunkEnd(bytes),
                Part.Trailer => Trailer(bytes),
                _ => throw new InvalidDataException("The service sent more than one answer."),
            };
        }
    }

    private ReadOnlySpan<byte> Head(ReadOnlySpan<byte> bytes)
    {
        var before = _head.WrittenCount;
        _head.Write(bytes);
        var end = _head.WrittenSpan.IndexOf("\r\n\r\n"u8);
        if (end < 0)
        {
            return [];
        }

        var head = Encoding.ASCII.GetString(_head.WrittenSpan[..end]);
        var rest = bytes[(end + 4 - before)..];
        if (!head.StartsWith("HTTP/1.1 200 ", StringComparison.Ordinal))
        {
            throw new InvalidDataException($"The service answered {head.Split('\r')[0]}: {Problem(rest)}");
        }

        if (!head.Contains("\r\nTransfer-Encoding: chunked", StringComparison.OrdinalIgnoreCase)
            || !head.Contains("\r\nContent-Type: text/event-stream", StringComparison.OrdinalIgnoreCase))
        {
            throw new InvalidDataException($"The service did not answer with a stream of events: {head}");
        }

        BeginChunk();
        return rest;
    }

    /// <summary>The JSON of an answer that is not a stream, without the chunk around it.</summary>
    private static string Problem(ReadOnlySpan<byte> body)
    {
        var (first, last) = (body.IndexOf((byte)'{'), body.LastIndexOf((byte)'}'));
        return Encoding.UTF8.GetString(first >= 0 && last > first ? body[first..(last + 1)] : body);
    }

    private void BeginChunk() => (_part, _chunk, _sizeEnded) = (Part.ChunkSize, 0, false);

    private ReadOnlySpan<byte> ChunkSize(ReadOnlySpan<byte> bytes)
    {
        for (var i = 0; i < bytes.Length; i++)
        {
            if (bytes[i] == '\n')
            {
                (_part, _trailer) = (_chunk > 0 ? Part.Chunk : Part.Trailer, 0);
                return bytes[(i + 1)..];
            }

            // After the digits come a carriage return and perhaps an extension.
            _sizeEnded |= !char.IsAsciiHexDigit((char)bytes[i]);
            if (!_sizeEnded)
            {
                _chunk = (_chunk << 4) | Digit(bytes[i]);
            }
        }

        return [];
    }

    private static uint Digit(byte hex) => hex <= '9' ? hex - (uint)'0' : (hex | 0x20u) - 'a' + 10;

    private ReadOnlySpan<byte> Chunk(ReadOnlySpan<byte> bytes)
    {
        var length = (int)Math.Min(_chunk, bytes.Length);
        Events.Feed(bytes[..length]);
        _chunk -= length;
        if (_chunk == 0)
        {
            _part = Part.ChunkEnd;
        }

        return bytes[length..];
    }

    private ReadOnlySpan<byte> ChunkEnd(ReadOnlySpan<byte> bytes)
    {
        var end = bytes.IndexOf((byte)'\n');
        if (end < 0)
        {
            return [];
        }

        BeginChunk();
        return bytes[(end + 1)..];
    }

    /// <summary>Lines up to an empty one.</summary>
    private ReadOnlySpan<byte> Trailer(ReadOnlySpan<byte> bytes)
    {
        for (var i = 0; i < bytes.Length; i++)
        {
            if (bytes[i] == '\n')
            {
                if (_trailer == 0)
                {
                    _part = Part.Complete;
                    return bytes[(i + 1)..];
                }

                _trailer = 0;
            }
            else if (bytes[i] != '\r')
            {
                _trailer++;
            }
        }

        return [];
    }
}
