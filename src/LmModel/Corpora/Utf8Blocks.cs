using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Unicode;

namespace LmModel.Corpora;

/// <summary>
/// Decodes a stream of UTF-8 block by block: never half a character, a byte order mark left out, and at every block it
/// is known at which byte of the stream it begins.
/// </summary>
/// <param name="stream">Disposed with this.</param>
/// <param name="hash">Receives the bytes; null for none.</param>
/// <param name="cancellation">Ends the reading between two blocks.</param>
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

    /// <summary>The byte of the stream at which this block begins.</summary>
    public long Start { get; private set; }

    /// <summary>This block as it was read; where it is not UTF-8, more than its <see cref="Characters"/>.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, _count);

    /// <summary>After the <see cref="Characters"/> of this block comes no UTF-8; null where it does.</summary>
    public long? InvalidAt { get; private set; }

    /// <summary>False at the end of the stream, or after a block that is not valid to its end.</summary>
    /// <exception cref="OperationCanceledException">The reading was cancelled.</exception>
    public bool Read()
    {
        cancellation.ThrowIfCancellationRequested();
        if (_ended || InvalidAt is not null)
        {
            return false;
        }

        // A character that was cut off at the end of the last block.
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

    /// <summary>The byte of the stream at which the character <paramref name="index"/> of this block begins.</summary>
    public long ByteOf(int index) => Start + _used - Encoding.UTF8.GetByteCount(Characters[index..]);

    public void Dispose() => stream.Dispose();
}
