using System.Runtime.CompilerServices;
using LmModel.Numerics;

namespace LmModel.Inference.Managed;

/// <summary>
/// Converts a block of weights to floats: those of an even column and of the odd one after it, 16 rows each.
/// </summary>
internal unsafe interface IFloatWeights<F>
    where F : struct, IFloatLanes<F>
{
    /// <summary>Bytes of a pair of columns.</summary>
    static abstract int PairBytes { get; }

    static abstract F Even(byte* pair);

    static abstract F Odd(byte* pair);
}

internal readonly unsafe struct Fp32Weights<F> : IFloatWeights<F>
    where F : struct, IFloatLanes<F>
{
    public static int PairBytes => 128;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F Even(byte* pair) => F.Load((float*)pair);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F Odd(byte* pair) => F.Load((float*)pair + PackedMatrix.BlockRows);
}

internal readonly unsafe struct Bf16Weights<F> : IFloatWeights<F>
    where F : struct, IFloatLanes<F>
{
    public static int PairBytes => 64;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F Even(byte* pair) => F.LoadEven((ushort*)pair);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F Odd(byte* pair) => F.LoadOdd((ushort*)pair);
}

/// <summary>
/// sums += W x for blocks of 16 rows and any number of columns x. Each (row, column) sum is one chain of fused
/// multiply-adds over k = 0, 1, 2, …, so it has the same bits whatever else is computed.
/// </summary>
/// <remarks>
/// A tile of blocks by columns is computed at the same time, in registers: a chain has to wait for its own previous
/// addition, so several are needed to fill the pipeline, and the larger the tile, the fewer loads per multiplication.
/// </remarks>
internal static unsafe class FloatProducts<F, W>
    where F : struct, IFloatLanes<F>
    where W : struct, IFloatWeights<F>
{
    /// <param name="matrix">W.</param>
    /// <param name="block">The first block.</param>
    /// <param name="blocks">How many, of one group.</param>
    /// <param name="x">(columns, K).</param>
    /// <param name="columns">Number of sequences.</param>
    /// <param name="sums">Block b of column j is at j ·
    /// <paramref name="stride"/> + 16 b.</param>
    /// <param name="stride">Floats from column to column.</param>
    public static void Add(
        PackedMatrix matrix,
        int block,
        int blocks,
        Activations x,
        int columns,
        float* sums,
        nint stride)
    {
        var weights = matrix.Block(block);
        var values = x.Floats;
        var (pairs, next, step) = (matrix.Pairs, (nint)matrix.PairStep, (nint)x.Stride);
        var j = 0;
        if (blocks == 4)
        {
            for (; F.IsWide && j + 4 <= columns; j += 4)
            {
                FourByFour(weights, next, pairs, values + (j * step), step, sums + (j * stride), stride);
            }

            for (; F.IsWide && j + 2 <= columns; j += 2)
            {
                FourByTwo(weights, next, pairs, values + (j * step), step, sums + (j * stride), stride);
            }

            if (j + 1 == columns)
            {
                FourByOne(weights, next, pairs, values + (j * step), sums + (j * stride));
                return;
            }
        }

        for (var b = 0; b < blocks && j < columns; b++, weights += W.PairBytes, sums += PackedMatrix.BlockRows)
        {
            var rest = j;
            for (; rest + 4 <= columns; rest += 4)
            {
                OneByFour(weights, next, pairs, values + (rest * step), step, sums + (rest * stride), stride);
            }

            for (; rest < columns; rest++)
            {
                OneByOne(weights, next, pairs, values + (rest * step), sums + (rest * stride));
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FourByFour(byte* weights, nint next, int pairs, float* x, nint step, float* sums, nint stride)
    {
        float* x1 = x + step, x2 = x1 + step, x3 = x2 + step;
        float* sums1 = sums + stride, sums2 = sums1 + stride, sums3 = sums2 + stride;
        var (a0, b0, c0, d0) = (F.Load(sums), F.Load(sums + 16), F.Load(sums + 32), F.Load(sums + 48));
        var (a1, b1, c1, d1) = (F.Load(sums1), F.Load(sums1 + 16), F.Load(sums1 + 32), F.Load(sums1 + 48));
        var (a2, b2, c2, d2) = (F.Load(sums2), F.Load(sums2 + 16), F.Load(sums2 + 32), F.Load(sums2 + 48));
        var (a3, b3, c3, d3) = (F.Load(sums3), F.Load(sums3 + 16), F.Load(sums3 + 32), F.Load(sums3 + 48));
        for (nint k = 0; k < 2 * pairs; k += 2, weights += next)
        {
            var w0 = W.Even(weights);
            var w1 = W.Even(weights + W.PairBytes);
            var w2 = W.Even(weights + (2 * W.PairBytes));
            var w3 = W.Even(weights + (3 * W.PairBytes));
            var v = F.Create(x[k]);
            a0 = F.MultiplyAdd(w0, v, a0);
            b0 = F.MultiplyAdd(w1, v, b0);
            c0 = F.MultiplyAdd(w2, v, c0);
            d0 = F.MultiplyAdd(w3, v, d0);
            v = F.Create(x1[k]);
            a1 = F.MultiplyAdd(w0, v, a1);
            b1 = F.MultiplyAdd(w1, v, b1);
            c1 = F.MultiplyAdd(w2, v, c1);
            d1 = F.MultiplyAdd(w3, v, d1);
            v = F.Create(x2[k]);
            a2 = F.MultiplyAdd(w0, v, a2);
            b2 = F.MultiplyAdd(w1, v, b2);
            c2 = F.MultiplyAdd(w2, v, c2);
            d2 = F.MultiplyAdd(w3, v, d2);
            v = F.Create(x3[k]);
            a3 = F.MultiplyAdd(w0, v, a3);
            b3 = F.MultiplyAdd(w1, v, b3);
            c3 = F.MultiplyAdd(w2, v, c3);
            d3 = F.MultiplyAdd(w3, v, d3);
            w0 = W.Odd(weights);
            w1 = W.Odd(weights + W.PairBytes);
            w2 = W.Odd(weights + (2 * W.PairBytes));
            w3 = W.Odd(weights + (3 * W.PairBytes));
            v = F.Create(x[k + 1]);
            a0 = F.MultiplyAdd(w0, v, a0);
            b0 = F.MultiplyAdd(w1, v, b0);
            c0 = F.MultiplyAdd(w2, v, c0);
            d0 = F.MultiplyAdd(w3, v, d0);
            v = F.Create(x1[k + 1]);
            a1 = F.MultiplyAdd(w0, v, a1);
            b1 = F.MultiplyAdd(w1, v, b1);
            c1 = F.MultiplyAdd(w2, v, c1);
            d1 = F.MultiplyAdd(w3, v, d1);
            v = F.Create(x2[k + 1]);
            a2 = F.MultiplyAdd(w0, v, a2);
            b2 = F.MultiplyAdd(w1, v, b2);
            c2 = F.MultiplyAdd(w2, v, c2);
            d2 = F.MultiplyAdd(w3, v, d2);
            v = F.Create(x3[k + 1]);
            a3 = F.MultiplyAdd(w0, v, a3);
            b3 = F.MultiplyAdd(w1, v, b3);
            c3 = F.MultiplyAdd(w2, v, c3);
            d3 = F.MultiplyAdd(w3, v, d3);
        }

        a0.Store(sums);
        b0.Store(sums + 16);
        c0.Store(sums + 32);
        d0.Store(sums + 48);
        a1.Store(sums1);
        b1.Store(sums1 + 16);
        c1.Store(sums1 + 32);
        d1.Store(sums1 + 48);
        a2.Store(sums2);
        b2.Store(sums2 + 16);
        c2.Store(sums2 + 32);
        d2.Store(sums2 + 48);
        a3.Store(sums3);
        b3.Store(sums3 + 16);
        c3.Store(sums3 + 32);
        d3.Store(sums3 + 48);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FourByTwo(byte* weights, nint next, int pairs, float* x, nint step, float* sums, nint stride)
    {
        var x1 = x + step;
        var sums1 = sums + stride;
        var (a0, b0, c0, d0) = (F.Load(sums), F.Load(sums + 16), F.Load(sums + 32), F.Load(sums + 48));
        var (a1, b1, c1, d1) = (F.Load(sums1), F.Load(sums1 + 16), F.Load(sums1 + 32), F.Load(sums1 + 48));
        for (nint k = 0; k < 2 * pairs; k += 2, weights += next)
        {
            var w0 = W.Even(weights);
            var w1 = W.Even(weights + W.PairBytes);
            var w2 = W.Even(weights + (2 * W.PairBytes));
            var w3 = W.Even(weights + (3 * W.PairBytes));
            var v = F.Create(x[k]);
            a0 = F.MultiplyAdd(w0, v, a0);
            b0 = F.MultiplyAdd(w1, v, b0);
            c0 = F.MultiplyAdd(w2, v, c0);
            d0 = F.MultiplyAdd(w3, v, d0);
            v = F.Create(x1[k]);
            a1 = F.MultiplyAdd(w0, v, a1);
            b1 = F.MultiplyAdd(w1, v, b1);
            c1 = F.MultiplyAdd(w2, v, c1);
            d1 = F.MultiplyAdd(w3, v, d1);
            w0 = W.Odd(weights);
            w1 = W.Odd(weights + W.PairBytes);
            w2 = W.Odd(weights + (2 * W.PairBytes));
            w3 = W.Odd(weights + (3 * W.PairBytes));
            v = F.Create(x[k + 1]);
            a0 = F.MultiplyAdd(w0, v, a0);
            b0 = F.MultiplyAdd(w1, v, b0);
            c0 = F.MultiplyAdd(w2, v, c0);
            d0 = F.MultiplyAdd(w3, v, d0);
            v = F.Create(x1[k + 1]);
            a1 = F.MultiplyAdd(w0, v, a1);
            b1 = F.MultiplyAdd(w1, v, b1);
            c1 = F.MultiplyAdd(w2, v, c1);
            d1 = F.MultiplyAdd(w3, v, d1);
        }

        a0.Store(sums);
        b0.Store(sums + 16);
        c0.Store(sums + 32);
        d0.Store(sums + 48);
        a1.Store(sums1);
        b1.Store(sums1 + 16);
        c1.Store(sums1 + 32);
        d1.Store(sums1 + 48);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FourByOne(byte* weights, nint next, int pairs, float* x, float* sums)
    {
        var (a, b, c, d) = (F.Load(sums), F.Load(sums + 16), F.Load(sums + 32), F.Load(sums + 48));
        for (nint k = 0; k < 2 * pairs; k += 2, weights += next)
        {
            var v = F.Create(x[k]);
            a = F.MultiplyAdd(W.Even(weights), v, a);
            b = F.MultiplyAdd(W.Even(weights + W.PairBytes), v, b);
            c = F.MultiplyAdd(W.Even(weights + (2 * W.PairBytes)), v, c);
            d = F.MultiplyAdd(W.Even(weights + (3 * W.PairBytes)), v, d);
            v = F.Create(x[k + 1]);
            a = F.MultiplyAdd(W.Odd(weights), v, a);
            b = F.MultiplyAdd(W.Odd(weights + W.PairBytes), v, b);
            c = F.MultiplyAdd(W.Odd(weights + (2 * W.PairBytes)), v, c);
            d = F.MultiplyAdd(W.Odd(weights + (3 * W.PairBytes)), v, d);
        }

        a.Store(sums);
        b.Store(sums + 16);
        c.Store(sums + 32);
        d.Store(sums + 48);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void OneByFour(byte* weights, nint next, int pairs, float* x, nint step, float* sums, nint stride)
    {
        float* x1 = x + step, x2 = x1 + step, x3 = x2 + step;
        float* sums1 = sums + stride, sums2 = sums1 + stride, sums3 = sums2 + stride;
        var (a0, a1, a2, a3) = (F.Load(sums), F.Load(sums1), F.Load(sums2), F.Load(sums3));
        for (nint k = 0; k < 2 * pairs; k += 2, weights += next)
        {
            var w = W.Even(weights);
            a0 = F.MultiplyAdd(w, F.Create(x[k]), a0);
            a1 = F.MultiplyAdd(w, F.Create(x1[k]), a1);
            a2 = F.MultiplyAdd(w, F.Create(x2[k]), a2);
            a3 = F.MultiplyAdd(w, F.Create(x3[k]), a3);
            w = W.Odd(weights);
            a0 = F.MultiplyAdd(w, F.Create(x[k + 1]), a0);
            a1 = F.MultiplyAdd(w, F.Create(x1[k + 1]), a1);
            a2 = F.MultiplyAdd(w, F.Create(x2[k + 1]), a2);
            a3 = F.MultiplyAdd(w, F.Create(x3[k + 1]), a3);
        }

        a0.Store(sums);
        a1.Store(sums1);
        a2.Store(sums2);
        a3.Store(sums3);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void OneByOne(byte* weights, nint next, int pairs, float* x, float* sums)
    {
        var a = F.Load(sums);
        for (nint k = 0; k < 2 * pairs; k += 2, weights += next)
        {
            a = F.MultiplyAdd(W.Even(weights), F.Create(x[k]), a);
            a = F.MultiplyAdd(W.Odd(weights), F.Create(x[k + 1]), a);
        }

        a.Store(sums);
    }
}
