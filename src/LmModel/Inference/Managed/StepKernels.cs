using System.Runtime.CompilerServices;
using LmModel.Networks;
using LmModel.Numerics;
using LmModel.Quantization;

namespace LmModel.Inference.Managed;

/// <summary>The arithmetic of a step for one width of vectors. All widths give the same bits.</summary>
internal abstract unsafe class StepKernels
{
    /// <summary>
    /// Blocks of 16 sums that a panel has: the four gates of 16 units, or 64 units of a cell without gates.
    /// </summary>
    public const int PanelBlocks = 4;

    /// <summary>Floats of a panel's sums.</summary>
    public const int PanelSums = PanelBlocks * PackedMatrix.BlockRows;

    public static StepKernels Vector512 { get; } = new StepKernels<Float512, Integer512>();

    public static StepKernels Vector256 { get; } = new StepKernels<Float256, Integer256>();

    public static StepKernels Vector128 { get; } = new StepKernels<Float128, Integer128>();

    /// <summary>The reference, also used if there are no vector instructions.</summary>
    public static StepKernels Scalar { get; } = new StepKernels<FloatScalar, IntegerScalar>();

    /// <summary>The widest that this processor has.</summary>
    public static StepKernels Best => VectorWidths.Widest switch
    {
        VectorWidth.Bits512 => Vector512,
        VectorWidth.Bits256 => Vector256,
        VectorWidth.Bits128 => Vector128,
        _ => Scalar,
    };

    /// <inheritdoc cref="FloatProducts{F, W}.Add"/>
    public abstract void Multiply(
        PackedMatrix matrix, int block, int blocks, Activations x, int columns, float* sums, nint stride);

    /// <summary>Computes the next state of the units of a panel from its sums.</summary>
    /// <param name="cell">The cell.</param>
    /// <param name="sums">(columns, 64): LSTM i, f, g, o; GRU r, z, n of the state, n of the input; else 64
    /// units.</param>
    /// <param name="h">(columns, ·) at the panel's first unit: overwritten.</param>
    /// <param name="c">The same of an LSTM's c.</param>
    /// <param name="stride">Floats from column to column of h and c.</param>
    /// <param name="columns">How many sequences.</param>
    /// <param name="y">
    /// Receives h for the next product, at the panel's first unit; null values receive nothing. Integers cannot be
    /// NaN, so a column whose h is not finite has the scale NaN, which makes all its sums so.
    /// </param>
    /// <param name="maxActivation">What 1 is in integers; not used for floats.</param>
    public abstract void Advance(
        Cell cell, float* sums, float* h, float* c, nint stride, int columns, Activations y, int maxActivation);

    /// <summary>round(x · factor), limited to ±limit. The length is a multiple of 16.</summary>
    /// <returns>Whether all x are finite; the results of others are arbitrary.</returns>
    public abstract bool Quantize(float* x, int length, float factor, int limit, short* target);
}

/// <inheritdoc/>
/// <typeparam name="F">16 floats.</typeparam>
/// <typeparam name="I">16 integer sums.</typeparam>
internal sealed unsafe class StepKernels<F, I> : StepKernels
    where F : struct, IFloatLanes<F>
    where I : struct, IIntegerLanes<I, F>
{
    private const int Lanes = PackedMatrix.BlockRows;

    public override void Multiply(
        PackedMatrix matrix, int block, int blocks, Activations x, int columns, float* sums, nint stride)
    {
        switch (matrix.Precision)
        {
            case Precision.Fp32:
                FloatProducts<F, Fp32Weights<F>>.Add(matrix, block, blocks, x, columns, sums, stride);
                break;
            case Precision.Bf16:
                FloatProducts<F, Bf16Weights<F>>.Add(matrix, block, blocks, x, columns, sums, stride);
                break;
            default:
                IntegerProducts<F, I>.Add(matrix, block, blocks, x, columns, sums, stride);
                break;
        }
    }

    public override void Advance(
        Cell cell, float* sums, float* h, float* c, nint stride, int columns, Activations y, int maxActivation)
    {
        switch (cell)
        {
            case Cell.Lstm:
                Lstm(sums, h, c, stride, columns);
                break;
            case Cell.Gru:
                Gru(sums, h, stride, columns);
                break;
            case Cell.RnnTanh:
                Tanh(sums, PanelSums, PanelSums, h, stride, columns);
                break;
            case Cell.RnnRelu:
                Relu(sums, h, stride, columns);
                break;
            default:
                throw Cells.Unknown(cell);
        }

        if (y.Values != null)
        {
            WriteActivations(h, stride, ManagedLayer.UnitsOf(cell), columns, y, maxActivation);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override bool Quantize(float* x, int length, float factor, int limit, short* target)
    {
        var finite = true;
        for (var i = 0; i < length; i += Lanes)
        {
            var next = F.Load(x + i);
            finite &= F.AreFinite(next);
            Quantize(next, factor, limit).StoreShorts(target + i);
        }

        return finite;
    }

    /// <summary>c' = f ⊙ c + i ⊙ g, h' = o ⊙ tanh(c').</summary>
    private static void Lstm(float* sums, float* h, float* c, nint stride, int columns)
    {
        float* f = sums + Lanes, g = f + Lanes, o = g + Lanes;
        Sigmoid(sums, 2 * Lanes, columns);
        Tanh(g, PanelSums, Lanes, g, PanelSums, columns);
        Sigmoid(o, Lanes, columns);
        for (nint j = 0; j < columns; j++)
        {
            var at = j * PanelSums;
            var kept = c + (j * stride);
            F.MultiplyAdd(F.Load(f + at), F.Load(kept), F.Load(sums + at) * F.Load(g + at)).Store(kept);
        }

        Tanh(c, stride, Lanes, h, stride, columns);
        for (nint j = 0; j < columns; j++)
        {
            var next = h + (j * stride);
            (F.Load(o + (j * PanelSums)) * F.Load(next)).Store(next);
        }
    }

    /// <summary>n = tanh(n_x + r ⊙ n_h), h' = n + z ⊙ (h − n).</summary>
    private static void Gru(float* sums, float* h, nint stride, int columns)
    {
        float* z = sums + Lanes, n = z + Lanes, x = n + Lanes;
        Sigmoid(sums, 2 * Lanes, columns);
        for (nint at = 0; at < columns * PanelSums; at += PanelSums)
        {
            F.MultiplyAdd(F.Load(sums + at), F.Load(n + at), F.Load(x + at)).Store(n + at);
        }

        Tanh(n, PanelSums, Lanes, n, PanelSums, columns);
        for (nint j = 0; j < columns; j++)
        {
            var (at, next) = (j * PanelSums, j * stride);
            F.MultiplyAdd(F.Load(z + at), F.Load(h + next) - F.Load(n + at), F.Load(n + at)).Store(h + next);
        }
    }

    // Each loop over all columns is a function of its own: the compiler limits inlining per function, passing lanes in
    // a call is slow, and the divisions of one column overlap with those of the next.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Sigmoid(float* x, int count, int columns)
    {
        for (; columns > 0; columns--, x += PanelSums)
        {
            for (var i = 0; i < count; i += Lanes)
            {
                LaneFunctions<F>.Sigmoid(F.Load(x + i)).Store(x + i);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tanh(float* x, nint stride, int count, float* target, nint targetStride, int columns)
    {
        for (; columns > 0; columns--, x += stride, target += targetStride)
        {
            for (var i = 0; i < count; i += Lanes)
            {
                LaneFunctions<F>.Tanh(F.Load(x + i)).Store(target + i);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Relu(float* x, float* target, nint stride, int columns)
    {
        for (; columns > 0; columns--, x += PanelSums, target += stride)
        {
            for (var i = 0; i < PanelSums; i += Lanes)
            {
                LaneFunctions<F>.Relu(F.Load(x + i)).Store(target + i);
            }
        }
    }

    /// <summary>Writes h in the format of the next product.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void WriteActivations(
        float* h,
        nint stride,
        int units,
        int columns,
        Activations y,
        int maxActivation)
    {
        for (nint j = 0; j < columns; j++, h += stride)
        {
            for (var i = 0; i < units; i += Lanes)
            {
                var next = F.Load(h + i);
                if (y.AreIntegers)
                {
                    if (!F.AreFinite(next))
                    {
                        y.Scales[j] = float.NaN;
                    }

                    Quantize(next, maxActivation, maxActivation).StoreShorts(y.Shorts + (j * y.Stride) + i);
                }
                else
                {
                    next.Store(y.Floats + (j * y.Stride) + i);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static F Quantize(F x, float factor, float limit) =>
        F.Round(F.Min(F.Max(x * F.Create(factor), F.Create(-limit)), F.Create(limit)));
}
