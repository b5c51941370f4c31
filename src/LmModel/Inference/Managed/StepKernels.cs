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

    public override void Advance(
        Cell cell, float* sums, float* h, float* c, nint stride, int columns, Activations y, int maxActivation)
    {
        for (var j = 0; j < columns; j++, sums += PanelSums, h += stride, c += stride, y = y.From(1))
        {
            switch (cell)
            {
                case Cell.Lstm:
                    Lstm(sums, h, c);
                    Put(h, Lanes, y, maxActivation);
                    break;
                case Cell.Gru:
                    Gru(sums, h);
                    Put(h, Lanes, y, maxActivation);
                    break;
                case Cell.RnnTanh:
                    Tanh(sums, PanelSums, h);
                    Put(h, PanelSums, y, maxActivation);
                    break;
                default:
                    Relu(sums, PanelSums, h);
                    Put(h, PanelSums, y, maxActivation);
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
    private static void Lstm(float* sums, float* h, float* c)
    {
        Sigmoid(sums, 2 * Lanes);
        Tanh(sums + (2 * Lanes), Lanes, sums + (2 * Lanes));
        Sigmoid(sums + (3 * Lanes), Lanes);
        F.MultiplyAdd(F.Load(sums + Lanes), F.Load(c), F.Load(sums) * F.Load(sums + (2 * Lanes))).Store(c);
        Tanh(c, Lanes, h);
        (F.Load(sums + (3 * Lanes)) * F.Load(h)).Store(h);
    }

    /// <summary>n = tanh(n_x + r ⊙ n_h), h' = n + z ⊙ (h − n).</summary>
    private static void Gru(float* sums, float* h)
    {
        Sigmoid(sums, 2 * Lanes);
        var n = sums + (2 * Lanes);
        F.MultiplyAdd(F.Load(sums), F.Load(n), F.Load(n + Lanes)).Store(n);
        Tanh(n, Lanes, n);
        F.MultiplyAdd(F.Load(sums + Lanes), F.Load(h) - F.Load(n), F.Load(n)).Store(h);
    }

    // One function a loop: the compiler stops inlining after so much of it, and a lane that is passed in a call is slow.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Sigmoid(float* x, int count)
    {
        for (var i = 0; i < count; i += Lanes)
        {
            LaneFunctions<F>.Sigmoid(F.Load(x + i)).Store(x + i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tanh(float* x, int count, float* target)
    {
        for (var i = 0; i < count; i += Lanes)
        {
            LaneFunctions<F>.Tanh(F.Load(x + i)).Store(target + i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Relu(float* x, int count, float* target)
    {
        for (var i = 0; i < count; i += Lanes)
        {
            F.Max(F.Load(x + i), F.Create(0)).Store(target + i);
        }
    }

    /// <summary>h as the next product takes it.</summary>
    private void Put(float* h, int count, Activations y, int maxActivation)
    {
        if (y.AreIntegers)
        {
            Quantize(h, count, maxActivation, maxActivation, y.Shorts);
        }
        else if (y.Values != null)
        {
            new ReadOnlySpan<float>(h, count).CopyTo(new Span<float>(y.Floats, count));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static F Quantize(F x, float factor, float limit) =>
        F.Round(F.Min(F.Max(x * F.Create(factor), F.Create(-limit)), F.Create(limit)));
}
