using SharpCompress.Compressors.LZMA;
using SharpCompress.Compressors.PPMd;
using SharpCompress.Compressors.ZStandard;

namespace LmModel.Evaluation.Comparison;

/// <summary>A general-purpose compressor as a model of text: the size of a text after it has read another
/// one.</summary>
/// <param name="Name">The compressor and its settings.</param>
/// <param name="Compress">Wraps a stream, given the number of bytes that will be written.</param>
internal sealed record Compressor(string Name, Func<Stream, int, Stream> Compress)
{
    private const int LeastMemory = 1 << 24;
    private const int MostMemory = 1 << 28;

    /// <summary>The compressors, each at its strongest setting and with a window that covers everything.</summary>
    public static IReadOnlyList<Compressor> All { get; } =
    [
        new(
            "LZMA (xz -9e)",
            (output, bytes) =>
                LzmaStream.Create(
                    new LzmaEncoderProperties(eos: false, Math.Max(1 << 16, bytes), numFastBytes: 273),
                    isLzma2: false,
                    output)),
        new("zstd --ultra -22", Zstandard),
        // Order 6 is best for one megabyte, order 10 for ten megabytes.
        Ppmd(order: 6),
        Ppmd(order: 10),
    ];

    /// <summary>Size of the compressed text in bytes.</summary>
    /// <param name="text">The text to compress.</param>
    /// <param name="cancellation">Stops waiting immediately; the compressor cannot be cancelled and continues in the
    /// background.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public long SizeOf(ReadOnlyMemory<byte> text, CancellationToken cancellation) =>
        Task.Run(() => SizeOf(text), cancellation).WaitAsync(cancellation).GetAwaiter().GetResult();

    private long SizeOf(ReadOnlyMemory<byte> text)
    {
        using var output = new MemoryStream();
        using (var stream = Compress(output, text.Length))
        {
            // Written in one call, because the LZMA encoder only finds matches up to the end of the piece that it was
            // given.
            stream.Write(text.ToArray(), 0, text.Length);
        }

        return output.Length;
    }

    /// <summary>
    /// Variant I. Its model is a tree of contexts, which is discarded when the memory is full. About 30 bytes per byte
    /// of text are enough at order 10, and 256 MiB is the maximum that the format allows.
    /// </summary>
    private static Compressor Ppmd(int order) => new($"PPMd, order {order}", (output, bytes) => PpmdStream.Create(
        new PpmdProperties((int)Math.Clamp(32L * bytes, LeastMemory, MostMemory), order), output, compress: true));

    private static CompressionStream Zstandard(Stream output, int bytes)
    {
        var stream = new CompressionStream(output, level: 22);
        // Otherwise its tables are sized for a text of any length, which takes 640 MB.
        stream.SetPledgedSrcSize((ulong)bytes);
        return stream;
    }
}
