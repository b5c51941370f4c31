using System.Text;

namespace LmModel.Tokenization;

/// <summary>Decodes a sequence token by token and never gives out half a character.</summary>
/// <remarks>
/// The concatenated pieces are what <see cref="Tokenizer.Decode"/> gives for all tokens at once, without an unfinished
/// character at the end: invalid bytes become U+FFFD, one for each maximal subpart (WHATWG Encoding Standard, "UTF-8
/// decoder"; Unicode 16, section 3.9). Not thread-safe: one decoder a sequence.
/// </remarks>
public sealed class TokenTextDecoder(Tokenizer tokenizer)
{
    /// <summary>Bytes held back are at most this many: an unfinished UTF-8 character.</summary>
    public const int MaxPendingBytes = 3;

    // Keeps the bytes of an unfinished character between calls, and gives out both halves of a surrogate pair together.
    private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();

    private char[] _characters = new char[16];

    /// <summary>The text that became complete with token <paramref name="id"/>; may be empty.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such token.</exception>
    public string Append(int id)
    {
        var bytes = tokenizer.TokenBytes(id);
        var most = Encoding.UTF8.GetMaxCharCount(bytes.Length + MaxPendingBytes);
        if (_characters.Length < most)
            _characters = new char[most];
        var count = _decoder.GetChars(bytes, _characters, flush: false);
        return new string(_characters, 0, count);
    }
}
