using System.Runtime.InteropServices;

namespace LmModel.Inference.Managed;

/// <summary>
/// A matrix (rows, K) laid out for the kernels, written once and shared by all threads. 16 rows are a block, and a block is
/// read from front to back:
/// <code>
/// fp32         row 0 … 15 of column 0, row 0 … 15 of column 1, …
/// bf16, int8   row 0 of columns 0 and 1, row 1 of columns 0 and 1, … row 15; then columns 2 and 3, …
/// </code>
/// Rows beyond the last and the column that makes K even are zero. Aligned to cache lines.
/// </summary>
internal sealed unsafe class PackedMatrix : IDisposable
{
    /// <summary>Rows of a block: the lanes of <see cref="IFloatLanes{T}"/>.</summary>
    public const int BlockRows = 16;

    /// <summary>The largest magnitude of an int8 weight; −128 is left out, so that the range is symmetric.</summary>
    public const int MaxInteger = 127;

    private readonly byte* _data;
    private readonly int _blocks;

    private PackedMatrix(Precision precision, int blocks, int columns)
    {
        (Precision, _blocks, Columns) = (precision, blocks, columns);
        Pairs = (columns + 1) / 2;
        BlockBytes = Pairs * 2 * BlockRows * BytesOf(precision);
        _data = (byte*)Allocate((nuint)BlockBytes * (nuint)blocks);
        Scales = (float*)Allocate((nuint)(blocks * BlockRows * sizeof(float)));
    }

    public Precision Precision { get; }

    /// <summary>K.</summary>
    public int Columns { get; }

    /// <summary>Pairs of columns, ⌈K / 2⌉.</summary>
    public int Pairs { get; }

    public int BlockBytes { get; }

    /// <summary>What a product with the matrix reads.</summary>
    public long Bytes => (long)BlockBytes * _blocks;

    /// <summary>(rows): what one unit of an int8 weight of the row is worth.</summary>
    public float* Scales { get; }

    public byte* Block(int block) => _data + ((long)block * BlockBytes);

    /// <param name="source">Row by row, K columns each.</param>
    /// <param name="columns">K.</param>
    /// <param name="rows">Which source row each packed row is; −1 is a row of zeros. A multiple of 16.</param>
    /// <param name="precision">What to round to.</param>
    /// <exception cref="ArgumentException">A weight is not finite.</exception>
    public static PackedMatrix Pack(ReadOnlySpan<float> source, int columns, ReadOnlySpan<int> rows, Precision precision)
    {
        var packed = new PackedMatrix(precision, rows.Length / BlockRows, columns);
        for (var row = 0; row < rows.Length; row++)
        {
            if (rows[row] >= 0)
            {
                packed.SetRow(row, source.Slice(rows[row] * columns, columns));
            }
        }

        return packed;
    }

    /// <summary>Zeroed memory on a cache line's border. Freed by <see cref="NativeMemory.AlignedFree"/>.</summary>
    public static void* Allocate(nuint bytes)
    {
        // Never nothing, and whole lines: vectors may read to the end of the last one.
        bytes = (Math.Max(bytes, 1) + 63) & ~(nuint)63;
        var memory = NativeMemory.AlignedAlloc(bytes, 64);
        NativeMemory.Clear(memory, bytes);
        return memory;
    }

    public void Dispose()
    {
        NativeMemory.AlignedFree(_data);
        NativeMemory.AlignedFree(Scales);
    }

    private static int BytesOf(Precision precision) => precision switch
    {
        Precision.Fp32 => sizeof(float),
        Precision.Bf16 => sizeof(ushort),
        _ => sizeof(sbyte),
    };

    private void SetRow(int row, ReadOnlySpan<float> values)
    {
        var block = Block(row / BlockRows);
        var lane = row % BlockRows;
        var scale = Scale(values);
        Scales[row] = scale;
        for (var k = 0; k < values.Length; k++)
        {
            var pair = (k / 2 * 2 * BlockRows) + (2 * lane) + (k % 2);
            switch (Precision)
            {
                case Precision.Fp32:
                    ((float*)block)[(k * BlockRows) + lane] = values[k];
                    break;
                case Precision.Bf16:
                    ((ushort*)block)[pair] = BrainFloat(values[k]);
                    break;
                default:
                    ((sbyte*)block)[pair] = scale == 0 ? (sbyte)0 : (sbyte)MathF.Round(values[k] / scale);
                    break;
            }
        }
    }

    private static float Scale(ReadOnlySpan<float> values)
    {
        var max = 0f;
        foreach (var value in values)
        {
            max = MathF.Max(max, MathF.Abs(value));
        }

        if (!float.IsFinite(max))
        {
            throw new ArgumentException($"The weights have the value {max}; no text comes of that.", nameof(values));
        }

        return max / MaxInteger;
    }

    /// <summary>The upper half of a float, to nearest even.</summary>
    private static ushort BrainFloat(float value)
    {
        var bits = BitConverter.SingleToUInt32Bits(value);
        return float.IsNaN(value) ? (ushort)((bits >> 16) | 0x40) : (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }
}
