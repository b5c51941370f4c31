using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Unicode;

namespace LmModel.Corpora;

/// <summary>
/// Decodes a stream of UTF-8 block by block, without splitting characters and without byte order marks, and keeps track
/// of the position in the stream at which each block begins.
/// </summary>
/// <param name="stream">The stream; it is disposed together with this object.</param>
/// <param name="hash">Receives the bytes; null for none.</param>
/// <param name="cancellation">Stops the reading between two blocks.</param>
internal sealed class Utf8Blocks(Stream stream, IncrementalHash? hash = null, CancellationToken cancellation = default)
    : IDisposable
{
    private const int BlockBytes = 1 << 16;

    private readonly byte[] _bytes = new byte[BlockBytes];
    private readonly char[] _characters = new char[BlockBytes];
    private int _count;
    private int _used;
    private int _written;
    private bool _ended;

    /// <summary>The characters of this block.</summary>
    public ReadOnlySpan<char> Characters => _characters.AsSpan(0, _written);

    /// <summary>The byte position in the stream at which this block begins.</summary>
    public long Start { get; private set; }

    /// <summary>The bytes of this block; if it is not valid UTF-8, there are more than those of its
    /// <see cref="Characters"/>.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, _count);

    /// <summary>
    /// Position of the invalid byte at which the <see cref="Characters"/> of this block end; null if there is none.
    /// </summary>
    public long? InvalidAt { get; private set; }

    /// <summary>Reads the next block. Returns false at the end of the stream, or after a block with an invalid
    /// byte.</summary>
    /// <exception cref="OperationCanceledException">The reading was cancelled.</exception>
    public bool Read()
    {
        cancellation.ThrowIfCancellationRequested();
        if (_ended || InvalidAt is not null)
        {
            return false;
        }

        // Keeps a character that was cut off at the end of the last block.
        _bytes.AsSpan(_used, _count - _used).CopyTo(_bytes);
        (Start, _count) = (Start + _used, _count - _used);
        var read = stream.ReadAtLeast(_bytes.AsSpan(_count), BlockBytes - _count, throwOnEndOfStream: false);
        hash?.AppendData(_bytes, _count, read);
        _count += read;
        _ended = _count < BlockBytes;

        var mark = Start == 0 && Bytes.StartsWith(Encoding.UTF8.Preamble) ? Encoding.UTF8.Preamble.Length : 0;
        var status = Utf8.ToUtf16(
            Bytes[mark..], _characters, out _used, out _written, replaceInvalidSequences: false, isFinalBlock: _ended);
        _used += mark;
        InvalidAt = status is OperationStatus.InvalidData ? Start + _used : null;
        return _count > 0;
    }

    /// <summary>The byte position in the stream of the character at <paramref name="index"/> in this block.</summary>
    public long ByteOf(int index) => Start + _used - Encoding.UTF8.GetByteCount(Characters[index..]);

    public void Dispose() => stream.Dispose();
}
