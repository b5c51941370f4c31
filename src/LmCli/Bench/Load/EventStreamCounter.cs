using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace LmCli.Bench.Load;

/// <summary>
/// Counts the events of a stream as its bytes pass, wherever reads cut it. Nothing is decoded and only the end is kept:
/// the data of an event is JSON on one line, so "event: " at the beginning of a line is always the name of an event.
/// </summary>
internal sealed class EventStreamCounter : IStreamCounter
{
    // With the letter after it, which tells the names apart.
    private const int MarkLength = 9;

    private readonly byte[] _carry = new byte[MarkLength - 1];
    private readonly ArrayBufferWriter<byte> _end = new(4096);
    private int _carried;
    private byte _ending;

    public EventStreamCounter() => Reset();

    private static ReadOnlySpan<byte> Mark => "\nevent: "u8;

    /// <summary>Token events so far.</summary>
    public int Tokens { get; private set; }

    /// <summary>Gets ready for another stream.</summary>
    public void Reset()
    {
        // The first line has no line before it.
        _carry[0] = (byte)'\n';
        _carried = 1;
        _ending = 0;
        _end.ResetWrittenCount();
        Tokens = 0;
    }

    /// <exception cref="InvalidDataException">An event has a name that is not known.</exception>
    public void Feed(ReadOnlySpan<byte> bytes)
    {
        if (_ending == 0)
        {
            // A mark that begins in what was carried over ends at most as far into the new bytes as it is long.
            Span<byte> seam = stackalloc byte[2 * (MarkLength - 1)];
            _carry.AsSpan(0, _carried).CopyTo(seam);
            var taken = Math.Min(bytes.Length, MarkLength - 1);
            bytes[..taken].CopyTo(seam[_carried..]);
            var end = Scan(seam[..(_carried + taken)]);
            if (end >= 0)
            {
                _end.Write(bytes[(end - _carried)..]);
                return;
            }

            Carry(seam[..(_carried + taken)], bytes);
            end = Scan(bytes);
            bytes = end >= 0 ? bytes[end..] : [];
        }

        _end.Write(bytes);
    }

    /// <summary>Checks a stream that has ended.</summary>
    /// <returns>Tokens that the service says it has read and generated.</returns>
    /// <exception cref="InvalidDataException">
    /// It ended with an error, or early, or the count of tokens is not what the service says; the message says which.
    /// </exception>
    public (int Prompt, int Completion) Finish()
    {
        if (_ending != (byte)'d')
        {
            var what = _ending == 0 ? "early" : $"with an error: {Encoding.UTF8.GetString(_end.WrittenSpan)}";
            throw new InvalidDataException($"A stream ended after {Tokens} tokens {what}");
        }

        var (prompt, completion) = (Number("\"prompt_tokens\":"u8), Number("\"completion_tokens\":"u8));
        return completion == Tokens
            ? (prompt, completion)
            : throw new InvalidDataException(
                $"A stream had {Tokens} token events, but the service counts {completion}.");
    }

    /// <returns>Where the name of the last event begins, after its first letter; -1 before the last event.</returns>
    private int Scan(ReadOnlySpan<byte> bytes)
    {
        var position = 0;
        while (bytes[position..].IndexOf(Mark) is >= 0 and var found && position + found + MarkLength <= bytes.Length)
        {
            position += found + MarkLength;
            switch (bytes[position - 1])
            {
                case (byte)'t':
                    Tokens++;
                    break;
                case (byte)'s':
                    break;
                case (byte)'d' or (byte)'e':
                    _ending = bytes[position - 1];
                    return position;
                default:
                    throw new InvalidDataException(
                        "The stream has an event that is neither start, token, done nor error.");
            }
        }

        return -1;
    }

    /// <summary>Keeps the last bytes: a mark may begin in them.</summary>
    private void Carry(ReadOnlySpan<byte> seam, ReadOnlySpan<byte> bytes)
    {
        var last = bytes.Length >= _carry.Length ? bytes : seam;
        last = last[Math.Max(0, last.Length - _carry.Length)..];
        last.CopyTo(_carry);
        _carried = last.Length;
    }

    /// <summary>The number after a key. Inside of a text the quotes of such a key would be escaped.</summary>
    private int Number(ReadOnlySpan<byte> key)
    {
        var at = _end.WrittenSpan.LastIndexOf(key);
        return at >= 0 && Utf8Parser.TryParse(_end.WrittenSpan[(at + key.Length)..], out int number, out _)
            ? number
            : throw new InvalidDataException($"The last event has no {Encoding.UTF8.GetString(key)}…");
    }
}
