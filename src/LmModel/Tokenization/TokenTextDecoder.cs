using System.Buffers;
using System.Text;

namespace LmModel.Tokenization;

/// <summary>Decodes a sequence token by token and never returns half a character.</summary>
/// <remarks>
/// The concatenated pieces are what <see cref="Tokenizer.Decode"/> gives for all tokens at once, without an unfinished
/// character at the end: invalid bytes become U+FFFD, one for each maximal subpart (WHATWG Encoding Standard, "UTF-8
/// decoder"; Unicode 16, section 3.9). A token of whole characters that follows another allocates nothing. Not
/// thread-safe: use one decoder per sequence.
/// </remarks>
internal sealed class TokenTextDecoder(Tokenizer tokenizer)
{
    /// <summary>Bytes held back are at most this many: an unfinished UTF-8 character.</summary>
    public const int MaxPendingBytes = 3;

    // Begins with the bytes that are held back.
    private byte[] _bytes = new byte[16];
    private int _pending;

    /// <summary>The text that became complete with token <paramref name="id"/>; may be empty.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such token.</exception>
    public string Append(int id)
    {
        var text = Decode(id, out var complete, out var count);
        _bytes.AsSpan(complete, count - complete).CopyTo(_bytes);
        _pending = count - complete;
        return text;
    }

    /// <summary>What <see cref="Append"/> would give, without the token being appended.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such token.</exception>
    public string Peek(int id) => Decode(id, out _, out _);

    /// <param name="id">The token; its bytes are written behind those that are held back.</param>
    /// <param name="complete">Number of bytes that are complete.</param>
    /// <param name="count">Number of bytes, those of an unfinished character included.</param>
    private string Decode(int id, out int complete, out int count)
    {
        (complete, count) = (0, 0);
        if (_pending == 0 && tokenizer.WholeText(id) is { } text)
            return text;
        var token = tokenizer.TokenBytes(id);
        count = _pending + token.Length;
        if (_bytes.Length < count)
            Array.Resize(ref _bytes, count);
        token.CopyTo(_bytes.AsSpan(_pending));
        complete = count - Unfinished(_bytes.AsSpan(0, count));
        return Encoding.UTF8.GetString(_bytes, 0, complete);
    }

    /// <summary>How many bytes at the end begin a character without finishing it.</summary>
    private static int Unfinished(ReadOnlySpan<byte> bytes)
    {
        for (var count = Math.Min(MaxPendingBytes, bytes.Length); count > 0; count--)
        {
            if (Rune.DecodeFromUtf8(bytes[^count..], out _, out var length) == OperationStatus.NeedMoreData
                && length == count)
            {
                return count;
            }
        }

        return 0;
    }
}
