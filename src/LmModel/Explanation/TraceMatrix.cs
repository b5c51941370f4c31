using LmModel.Inference.Managed;
using LmModel.Quantization;

namespace LmModel.Explanation;

/// <summary>
/// A weight matrix W, (rows, K), packed for products in both directions: forward x Wᵀ, and backward g W. Each copy takes
/// as much memory as the weights.
/// </summary>
internal sealed unsafe class TraceMatrix : IDisposable
{
    private const int Unit = StepKernels.PanelSums;

    private readonly PackedMatrix _forward;
    private readonly PackedMatrix _backward;

    /// <param name="weight">Row by row.</param>
    /// <param name="columns">K.</param>
    public TraceMatrix(float[] weight, int columns)
    {
        (Rows, Columns) = (weight.Length / columns, columns);
        var transposed = new float[weight.Length];
        for (var row = 0; row < Rows; row++)
        {
            for (var k = 0; k < columns; k++)
            {
                transposed[(k * Rows) + row] = weight[(row * columns) + k];
            }
        }

        _forward = Pack(weight, columns, Rows);
        _backward = Pack(transposed, Rows, columns);
    }

    public int Rows { get; }

    public int Columns { get; }

    /// <param name="x">(n, K).</param>
    /// <returns>x Wᵀ, (n, rows).</returns>
    public float[] Multiply(ReadOnlySpan<float> x) => Multiply(_forward, x, Columns, Rows);

    /// <param name="gradient">(n, rows).</param>
    /// <returns>gradient W, (n, K).</returns>
    public float[] MultiplyTransposed(ReadOnlySpan<float> gradient) => Multiply(_backward, gradient, Rows, Columns);

    public void Dispose()
    {
        _forward.Dispose();
        _backward.Dispose();
    }

    private static PackedMatrix Pack(float[] source, int columns, int rows)
    {
        var padded = new int[PackedMatrix.RoundUp(rows, Unit)];
        for (var row = 0; row < padded.Length; row++)
        {
            padded[row] = row < rows ? row : -1;
        }

        return PackedMatrix.Pack(source, columns, padded, StepKernels.PanelBlocks, Precision.Fp32);
    }

    private static float[] Multiply(PackedMatrix matrix, ReadOnlySpan<float> x, int width, int rows)
    {
        var count = x.Length / width;
        // The kernels read pairs of columns and write whole panels.
        var (input, output) = (2 * matrix.Pairs, PackedMatrix.RoundUp(rows, Unit));
        var (values, sums) = (Padded(x, width, input), new float[count * output]);
        fixed (float* from = values, to = sums)
        {
            var (source, target) = ((nint)from, (nint)to);
            Parallel.For(0, output / Unit, panel => StepKernels.Best.Multiply(
                matrix,
                panel * StepKernels.PanelBlocks,
                StepKernels.PanelBlocks,
                new Activations((void*)source, input, null),
                count,
                (float*)target + (panel * Unit),
                output));
        }

        return Padded(sums, output, rows);
    }

    /// <summary>Rows of another width: with zeros at their ends, or cut off.</summary>
    private static float[] Padded(ReadOnlySpan<float> rows, int width, int newWidth)
    {
        var count = rows.Length / width;
        var padded = new float[count * newWidth];
        var copied = Math.Min(width, newWidth);
        for (var row = 0; row < count; row++)
        {
            rows.Slice(row * width, copied).CopyTo(padded.AsSpan(row * newWidth));
        }

        return padded;
    }
}
