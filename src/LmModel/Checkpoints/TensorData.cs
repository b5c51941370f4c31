using System.Runtime.InteropServices;
using LmModel.Numerics;

namespace LmModel.Checkpoints;

/// <summary>A tensor to be written to a safetensors file. It refers to the caller's array and does not copy
/// it.</summary>
internal sealed class TensorData
{
    private const int ChunkElements = 1 << 16;

    private readonly Action<Stream> _write;

    private TensorData(string name, TensorType type, IReadOnlyList<long> shape, long byteLength, Action<Stream> write)
    {
        var expected = shape.Aggregate((long)type.Size(), (n, d) => checked(n * d));
        if (shape.Any(d => d < 0) || expected != byteLength)
        {
            throw new ArgumentException(
                $"{name}: {type} {TensorInfo.Show(shape)} takes {expected} bytes, given {byteLength}.", nameof(shape));
        }

        (Name, Type, Shape, ByteLength, _write) = (name, type, shape, byteLength, write);
    }

    public string Name { get; }

    public TensorType Type { get; }

    public IReadOnlyList<long> Shape { get; }

    public long ByteLength { get; }

    /// <param name="name">Unique in the file.</param>
    /// <param name="shape">Sizes of the dimensions; their product is the length of <paramref name="values"/>.</param>
    /// <param name="values">Row by row.</param>
    public static TensorData Floats(string name, IReadOnlyList<long> shape, float[] values) =>
        new(name, TensorType.F32, shape, values.LongLength * sizeof(float), stream => WriteTo(stream, values));

    /// <summary>Values that are rounded to bf16 when they are written.</summary>
    /// <inheritdoc cref="Floats"/>
    public static TensorData BrainFloats(string name, IReadOnlyList<long> shape, float[] values) => new(
        name,
        TensorType.BF16,
        shape,
        values.LongLength * sizeof(ushort),
        stream => WriteTo<ushort>(stream, Array.ConvertAll(values, BrainFloat.Round)));

    /// <inheritdoc cref="Floats"/>
    public static TensorData Int64s(string name, IReadOnlyList<long> shape, long[] values) =>
        new(name, TensorType.I64, shape, values.LongLength * sizeof(long), stream => WriteTo(stream, values));

    /// <summary>A tensor of any type from its bytes as they are in the file: row by row, little-endian.</summary>
    public static TensorData Bytes(
        string name,
        TensorType type,
        IReadOnlyList<long> shape,
        ReadOnlyMemory<byte> bytes
    ) => new(name, type, shape, bytes.Length, stream => stream.Write(bytes.Span));

    internal void WriteTo(Stream stream) => _write(stream);

    private static void WriteTo<T>(Stream stream, ReadOnlySpan<T> values) where T : unmanaged
    {
        for (; !values.IsEmpty; values = values[Math.Min(values.Length, ChunkElements)..])
        {
            stream.Write(MemoryMarshal.AsBytes(values[..Math.Min(values.Length, ChunkElements)]));
        }
    }
}
