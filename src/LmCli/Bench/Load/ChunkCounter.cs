using System.Buffers.Text;
using System.Text;

namespace LmCli.Bench.Load;

/// <summary>
/// Counts the chunks of a completion in OpenAI's format that have text. Nothing is decoded: inside of a text the quotes
/// of a member would be escaped, so a reason that is null is always that of a chunk in the middle of the text.
/// </summary>
/// <remarks>
/// A token whose text is held back has no chunk, so there are at most as many chunks as tokens.
/// </remarks>
internal sealed class ChunkCounter : IStreamCounter
{
    /// <summary>The chunk with the usage and what follows it fit into this.</summary>
    private const int EndLength = 1024;

    private readonly byte[] _end = new byte[EndLength]; // the last bytes so far
    private int _filled;

    private static ReadOnlySpan<byte> Middle => "\"finish_reason\":null"u8;

    public int Tokens { get; private set; }

    public void Reset() => (_filled, Tokens) = (0, 0);

    public void Feed(ReadOnlySpan<byte> bytes)
    {
        // A mark that begins in earlier bytes ends at most as far into the new ones as it is long.
        var overlap = Math.Min(_filled, Middle.Length - 1);
        Span<byte> seam = stackalloc byte[2 * Middle.Length];
        _end.AsSpan(_filled - overlap, overlap).CopyTo(seam);
        var taken = Math.Min(bytes.Length, Middle.Length - 1);
        bytes[..taken].CopyTo(seam[overlap..]);
        // Marks that are in the new bytes altogether are counted once, below.
        Tokens += Count(seam[..(overlap + taken)]) - Count(bytes[..taken]) + Count(bytes);
        Keep(bytes);
    }

    public (int Prompt, int Completion) Finish()
    {
        var end = Encoding.UTF8.GetString(_end, 0, _filled);
        if (!end.EndsWith("data: [DONE]\n\n", StringComparison.Ordinal))
        {
            throw new InvalidDataException($"A stream ended after {Tokens} tokens: {end}");
        }

        var (prompt, completion) = (Number("\"prompt_tokens\":"u8), Number("\"completion_tokens\":"u8));
        return completion >= Tokens
            ? (prompt, completion)
            : throw new InvalidDataException(
                $"A stream had {Tokens} chunks, but the service counts {completion} tokens.");
    }

    private static int Count(ReadOnlySpan<byte> bytes) => System.MemoryExtensions.Count(bytes, Middle);

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length >= EndLength)
        {
            bytes[^EndLength..].CopyTo(_end);
            _filled = EndLength;
            return;
        }

        var kept = Math.Min(_filled, EndLength - bytes.Length);
        _end.AsSpan(_filled - kept, kept).CopyTo(_end);
        bytes.CopyTo(_end.AsSpan(kept));
        _filled = kept + bytes.Length;
    }

    private int Number(ReadOnlySpan<byte> key)
    {
        var at = _end.AsSpan(0, _filled).LastIndexOf(key);
        return at >= 0 && Utf8Parser.TryParse(_end.AsSpan(at + key.Length), out int number, out _)
            ? number
            : throw new InvalidDataException($"The last chunk has no {Encoding.UTF8.GetString(key)}…");
    }
}
