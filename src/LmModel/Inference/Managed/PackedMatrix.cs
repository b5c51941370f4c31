using System.Runtime.InteropServices;
using LmModel.Numerics;
using LmModel.Quantization;

namespace LmModel.Inference.Managed;

/// <summary>
/// A matrix (rows, K) laid out for the kernels, written once and shared by all threads. 16 rows are a block. The blocks
/// of a group are multiplied together and are interleaved by pairs of columns, so that a product reads memory
/// sequentially:
/// <code>
/// group        columns 0 and 1 of block 0, of block 1, …; columns 2 and 3 of block 0, …
/// of which     fp32         row 0 … 15 of the first column, row 0 … 15 of the second
///              bf16, int8   row 0 of both, row 1 of both, … row 15
/// </code>
/// Rows beyond the last and the column that makes K even are zero. Aligned to cache lines.
/// </summary>
internal sealed unsafe class PackedMatrix : IDisposable
{
    /// <summary>Rows of a block: the lanes of <see cref="Numerics.IFloatLanes{T}"/>.</summary>
    public const int BlockRows = 16;

    /// <summary>The largest magnitude of an int8 weight; −128 is left out, so that the range is symmetric.</summary>
    private const int MaxInteger = 127;

    private readonly byte* _data;
    private readonly int _blocks;
    private readonly int _group;
    private readonly int _pairBytes;

    private PackedMatrix(Precision precision, int blocks, int group, int columns)
    {
        (Precision, _blocks, _group) = (precision, blocks, group);
        Pairs = (columns + 1) / 2;
        _pairBytes = 2 * BlockRows * BytesOf(precision);
        _data = (byte*)Allocate((nuint)Bytes);
        Scales = (float*)Allocate((nuint)(blocks * BlockRows * sizeof(float)));
    }

    public Precision Precision { get; }

    /// <summary>Pairs of columns, ⌈K / 2⌉.</summary>
    public int Pairs { get; }

    /// <summary>Bytes from a block's pair of columns to its next one.</summary>
    public int PairStep => _group * _pairBytes;

    /// <summary>What a product with the matrix reads.</summary>
    public long Bytes => (long)_blocks * Pairs * _pairBytes;

    /// <summary>(rows): the value of one unit of the int8 weights of a row.</summary>
    public float* Scales { get; }

    /// <summary>The first pair of columns of a block; the next block of its group follows.</summary>
    public byte* Block(int block) =>
        _data + ((long)(block / _group) * Pairs * PairStep) + (block % _group * _pairBytes);

    /// <param name="source">Row by row, K columns each.</param>
    /// <param name="columns">K.</param>
    /// <param name="rows">Which source row each packed row is; −1 is a row of zeros. A multiple of 16 · group.</param>
    /// <param name="group">Blocks that are multiplied together.</param>
    /// <param name="precision">What to round to.</param>
    /// <exception cref="ArgumentException">A weight is not finite.</exception>
    public static PackedMatrix Pack(
        ReadOnlySpan<float> source, int columns, ReadOnlySpan<int> rows, int group, Precision precision)
    {
        var packed = new PackedMatrix(precision, rows.Length / BlockRows, group, columns);
        for (var row = 0; row < rows.Length; row++)
        {
            if (rows[row] >= 0)
            {
                packed.SetRow(row, source.Slice(rows[row] * columns, columns));
            }
        }

        return packed;
    }

    /// <summary>The largest activation for which no sum of K products with int8 weights exceeds 32 bits.</summary>
    /// <param name="columns">K.</param>
    public static int MaxActivation(int columns) =>
        (int)Math.Min(short.MaxValue, int.MaxValue / ((long)MaxInteger * columns));

    /// <summary>Zeroed memory aligned to cache lines. Freed by <see cref="NativeMemory.AlignedFree"/>.</summary>
    public static void* Allocate(nuint bytes)
    {
        // At least one line, and whole lines, because vectors may read to the end of the last one.
        bytes = (Math.Max(bytes, 1) + 63) & ~(nuint)63;
        var memory = NativeMemory.AlignedAlloc(bytes, 64);
        NativeMemory.Clear(memory, bytes);
        return memory;
    }

    /// <summary>
    /// A matrix (rows, <paramref name="columns"/>) without conversion, its rows padded with zeros. Freed like
    /// <see cref="Allocate"/>.
    /// </summary>
    public static float* Copy(float[] source, int columns, int width)
    {
        var rows = source.Length / columns;
        var copy = (float*)Allocate((nuint)((long)rows * width * sizeof(float)));
        for (var row = 0; row < rows; row++)
        {
            source.AsSpan(row * columns, columns).CopyTo(new Span<float>(copy + ((long)row * width), columns));
        }

        return copy;
    }

    public static int RoundUp(int count, int unit) => (count + unit - 1) / unit * unit;

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

    /// <summary>Overwrites a row.</summary>
    /// <param name="row">Packed row.</param>
    /// <param name="values">(K).</param>
    /// <exception cref="ArgumentException">A value is not finite.</exception>
    public void SetRow(int row, ReadOnlySpan<float> values)
    {
        var block = Block(row / BlockRows);
        var lane = row % BlockRows;
        var scale = Scale(values);
        Scales[row] = scale;
        for (var k = 0; k < values.Length; k++)
        {
            var pair = block + ((long)(k / 2) * PairStep);
            var at = (2 * lane) + (k % 2);
            switch (Precision)
            {
                case Precision.Fp32:
                    ((float*)pair)[(k % 2 * BlockRows) + lane] = values[k];
                    break;
                case Precision.Bf16:
                    ((ushort*)pair)[at] = BrainFloat.Round(values[k]);
                    break;
                default:
                    ((sbyte*)pair)[at] = scale == 0 ? (sbyte)0 : (sbyte)MathF.Round(values[k] / scale);
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
            throw new ArgumentException(
                $"The weights have the value {max}, with which no text can be generated.",
                nameof(values));
        }

        return max / MaxInteger;
    }
}
