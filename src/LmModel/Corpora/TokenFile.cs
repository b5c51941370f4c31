using System.Buffers;
using System.Runtime.InteropServices;
using LmModel.Tokenization;
using Microsoft.Win32.SafeHandles;

namespace LmModel.Corpora;

/// <summary>
/// The tokens of a text in a file, 2 bytes each, or 4 if the vocabulary is larger than 65,536; little-endian like the
/// machine. Memory does not grow with the text.
/// </summary>
/// <remarks>
/// The file is read by position instead of being mapped. A window is a few hundred bytes per column, which are in the
/// page cache either way, but the pages of a mapping count as memory of the process. The file is deleted on disposal,
/// because it can be written again in one pass.
/// </remarks>
internal sealed class TokenFile : ITokens, IDisposable
{
    private readonly SafeFileHandle _file;
    private readonly int _width;

    private TokenFile(SafeFileHandle file, int width, long length) => (_file, _width, Length) = (file, width, length);

    public long Length { get; }

    /// <summary>Encodes a text piece by piece, with one piece in memory at a time.</summary>
    /// <param name="path">The file, which is overwritten. It must not be open elsewhere, so two trainings in one folder
    /// are noticed.</param>
    /// <param name="pieces">The text.</param>
    /// <param name="tokenizer">The tokenizer that encodes it.</param>
    public static TokenFile Write(string path, IEnumerable<string> pieces, Tokenizer tokenizer)
    {
        var width = tokenizer.VocabularySize <= ushort.MaxValue + 1 ? sizeof(ushort) : sizeof(int);
        var file = File.OpenHandle(
            path,
            FileMode.Create,
            FileAccess.ReadWrite,
            FileShare.None,
            FileOptions.DeleteOnClose);
        try
        {
            var length = 0L;
            foreach (var tokens in tokenizer.Encode(pieces))
            {
                RandomAccess.Write(
                    file,
                    width == sizeof(int)
                        ? MemoryMarshal.AsBytes(tokens.AsSpan())
                        : MemoryMarshal.AsBytes(Array.ConvertAll(tokens, id => (ushort)id).AsSpan()),
                    length * width);
                length += tokens.Length;
            }

            return new TokenFile(file, width, length);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public void CopyTo(long start, Span<int> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(start + destination.Length, Length, nameof(start));
        if (_width == sizeof(int))
        {
            Read(MemoryMarshal.AsBytes(destination), start * _width);
            return;
        }

        var rented = ArrayPool<ushort>.Shared.Rent(destination.Length);
        var tokens = rented.AsSpan(0, destination.Length);
        Read(MemoryMarshal.AsBytes(tokens), start * _width);
        for (var i = 0; i < tokens.Length; i++)
        {
            destination[i] = tokens[i];
        }

        ArrayPool<ushort>.Shared.Return(rented);
    }

    public void Dispose() => _file.Dispose();

    private void Read(Span<byte> bytes, long offset)
    {
        while (!bytes.IsEmpty)
        {
            var read = RandomAccess.Read(_file, bytes, offset);
            if (read == 0)
            {
                throw new EndOfStreamException(
                    $"The file of tokens ends at byte {offset}; it has been truncated.");
            }

            bytes = bytes[read..];
            offset += read;
        }
    }
}
