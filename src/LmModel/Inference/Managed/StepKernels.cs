using System.Runtime.CompilerServices;
using LmModel.Networks;

namespace LmModel.Inference.Managed;

/// <summary>The arithmetic of a step for one width of vectors. All widths give the same bits.</summary>
internal abstract unsafe class StepKernels
{
    /// <summary>Blocks of 16 sums that a panel has: the four gates of 16 units, or 64 units of a cell without gates.</summary>
    public const int PanelBlocks = 4;

    /// <summary>Floats of a panel's sums.</summary>
    public const int PanelSums = PanelBlocks * PackedMatrix.BlockRows;

    /// <summary>The widest that this processor has.</summary>
    public static StepKernels Best { get; } =
        Float512.IsSupported ? new StepKernels<Float512, Integer512>()
        : Float256.IsSupported ? new StepKernels<Float256, Integer256>()
        : Float128.IsSupported ? new StepKernels<Float128, Integer128>()
        : new StepKernels<FloatScalar, IntegerScalar>();

    /// <inheritdoc cref="FloatProducts{F, W}.Add"/>
    public abstract void Multiply(
        PackedMatrix matrix, int block, int blocks, Activations x, int columns, float* sums, nint stride);

    /// <summary>From the sums of a panel to its units' next state.</summary>
    /// <param name="cell">The cell.</param>
    /// <param name="sums">(columns, 64): LSTM i, f, g, o; GRU r, z, n of the state, n of the input; else 64 units.</param>
    /// <param name="h">(columns, ·) at the panel's first unit: overwritten.</param>
    /// <param name="c">The same of an LSTM's c.</param>
    /// <param name="stride">Floats from column to column of h and c.</param>
    /// <param name="columns">How many sequences.</param>
    /// <param name="y">Receives h for the next product, at the panel's first unit; null values receive nothing.</param>
    /// <param name="maxActivation">What 1 is in integers; not used for floats.</param>
    public abstract void Advance(
        Cell cell, float* sums, float* h, float* c, nint stride, int columns, Activations y, int maxActivation);

    /// <summary>round(x · factor), kept within ±limit. Length a multiple of 16.</summary>
    public abstract void Quantize(float* x, int length, float factor, int limit, short* target);
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

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Advance(
        Cell cell, float* sums, float* h, float* c, nint stride, int columns, Activations y, int maxActivation)
    {
        for (var j = 0; j < columns; j++, sums += PanelSums, h += stride, c += stride, y = y.From(1))
        {
            switch (cell)
            {
                case Cell.Lstm:
                    Put(Lstm(sums, c), h, y, 0, maxActivation);
                    break;
                case Cell.Gru:
                    Put(Gru(sums, h), h, y, 0, maxActivation);
                    break;
                default:
                    for (var at = 0; at < PanelSums; at += Lanes)
                    {
                        var x = F.Load(sums + at);
                        var next = cell is Cell.RnnTanh ? LaneFunctions<F>.Tanh(x) : F.Max(x, F.Create(0));
                        Put(next, h, y, at, maxActivation);
                    }

                    break;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Quantize(float* x, int length, float factor, int limit, short* target)
    {
        for (var i = 0; i < length; i += Lanes)
        {
            Quantize(F.Load(x + i), factor, limit).StoreShorts(target + i);
        }
    }

    /// <summary>c' = f ⊙ c + i ⊙ g, h' = o ⊙ tanh(c').</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static F Lstm(float* sums, float* c)
    {
        var i = LaneFunctions<F>.Sigmoid(F.Load(sums));
        var f = LaneFunctions<F>.Sigmoid(F.Load(sums + Lanes));
        var g = LaneFunctions<F>.Tanh(F.Load(sums + (2 * Lanes)));
        var o = LaneFunctions<F>.Sigmoid(F.Load(sums + (3 * Lanes)));
        var next = F.MultiplyAdd(f, F.Load(c), i * g);
        next.Store(c);
        return o * LaneFunctions<F>.Tanh(next);
    }

    /// <summary>n = tanh(n_x + r ⊙ n_h), h' = n + z ⊙ (h − n).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static F Gru(float* sums, float* h)
    {
        var r = LaneFunctions<F>.Sigmoid(F.Load(sums));
        var z = LaneFunctions<F>.Sigmoid(F.Load(sums + Lanes));
        var n = LaneFunctions<F>.Tanh(F.MultiplyAdd(r, F.Load(sums + (2 * Lanes)), F.Load(sums + (3 * Lanes))));
        return F.MultiplyAdd(z, F.Load(h) - n, n);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(F next, float* h, Activations y, int at, int maxActivation)
    {
        next.Store(h + at);
        if (y.AreIntegers)
        {
            Quantize(next, maxActivation, maxActivation).StoreShorts(y.Shorts + at);
        }
        else if (y.Values != null)
        {
            next.Store(y.Floats + at);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static F Quantize(F x, float factor, float limit) =>
        F.Round(F.Min(F.Max(x * F.Create(factor), F.Create(-limit)), F.Create(limit)));
}
