using System.Collections.Frozen;

namespace LmModel.Tokenization;

/// <summary>
/// Writes bytes as printable characters, one each, so that tokens that are not valid UTF-8 can stand in a text file:
/// the table of GPT-2 (Radford et al. 2019, <c>encoder.py</c>, <c>bytes_to_unicode</c>), which Hugging Face's files use
/// too.
/// </summary>
/// <remarks>
/// Printable Latin-1 stands for itself; the other 68 bytes are U+0100 … U+0143: a space is Ġ, a newline Ċ.
/// </remarks>
internal static class ByteAlphabet
{
    private static readonly char[] Characters = Build();

    private static readonly FrozenDictionary<char, byte> Bytes =
        Enumerable.Range(0, 256).ToFrozenDictionary(b => Characters[b], b => (byte)b);

    public static string Write(ReadOnlySpan<byte> bytes)
    {
        var text = new char[bytes.Length];
        for (var i = 0; i < bytes.Length; i++)
            text[i] = Characters[bytes[i]];
        return new string(text);
    }

    /// <returns>False if <paramref name="text"/> has a character that stands for no byte.</returns>
    public static bool TryRead(string text, out byte[] bytes)
    {
        bytes = new byte[text.Length];
        for (var i = 0; i < text.Length; i++)
        {
            if (!Bytes.TryGetValue(text[i], out bytes[i]))
                return false;
        }

        return true;
    }

    private static char[] Build()
    {
        var characters = new char[256];
        var next = (char)0x100;
        for (var b = 0; b < characters.Length; b++)
            characters[b] = b is (>= '!' and <= '~') or (>= 0xa1 and <= 0xac) or >= 0xae ? (char)b : next++;
        return characters;
    }
}
