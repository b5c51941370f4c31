using SharpCompress.Compressors.LZMA;
using SharpCompress.Compressors.PPMd;
using SharpCompress.Compressors.ZStandard;

namespace LmModel.Evaluation.Comparison;

/// <summary>A general compressor as a model of text: what it needs for a text once it has read another.</summary>
/// <param name="Name">What it is and how it is set.</param>
/// <param name="Compress">Wraps a stream, given the number of bytes that will be written.</param>
internal sealed record Compressor(string Name, Func<Stream, int, Stream> Compress)
{
    private const int LeastMemory = 1 << 24;
    private const int MostMemory = 1 << 28;

    /// <summary>Each set to its strongest, with a window that holds everything.</summary>
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
        // Of a megabyte order 6 makes the most, of ten megabytes order 10.
        Ppmd(order: 6),
        Ppmd(order: 10),
    ];

    /// <summary>Bytes of the compressed text.</summary>
    /// <param name="text">What is compressed.</param>
    /// <param name="cancellation">Ends the waiting at once; the compressor, which knows no end, runs on in the
    /// background.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public long SizeOf(ReadOnlyMemory<byte> text, CancellationToken cancellation) =>
        Task.Run(() => SizeOf(text), cancellation).WaitAsync(cancellation).GetAwaiter().GetResult();

    private long SizeOf(ReadOnlyMemory<byte> text)
    {
        using var output = new MemoryStream();
        using (var stream = Compress(output, text.Length))
        {
            // At once: the encoder of LZMA takes the end of a piece for the end of what can be matched.
            stream.Write(text.ToArray(), 0, text.Length);
        }

        return output.Length;
    }

    /// <summary>
    /// Variant I. What it has learned is a tree of contexts that it forgets when its memory is full; some 30 bytes for
    /// each byte of text hold it at order 10, and 256 MiB are the most that the format knows.
    /// </summary>
    private static Compressor Ppmd(int order) => new($"PPMd, order {order}", (output, bytes) => PpmdStream.Create(
        new PpmdProperties((int)Math.Clamp(32L * bytes, LeastMemory, MostMemory), order), output, compress: true));

    private static CompressionStream Zstandard(Stream output, int bytes)
    {
        var stream = new CompressionStream(output, level: 22);
        // Else its tables are made for a text of any length: 640 MB.
        stream.SetPledgedSrcSize((ulong)bytes);
        return stream;
    }
}
