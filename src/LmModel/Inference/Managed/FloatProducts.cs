using System.Runtime.CompilerServices;

namespace LmModel.Inference.Managed;

/// <summary>How a block of weights becomes floats: those of an even column and of the odd one after it, 16 rows each.</summary>
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
/// multiply-adds over k = 0, 1, 2, …, so it has the same bits whatever is computed beside it.
/// </summary>
internal static unsafe class FloatProducts<F, W>
    where F : struct, IFloatLanes<F>
    where W : struct, IFloatWeights<F>
{
    /// <param name="matrix">W.</param>
    /// <param name="block">The first block.</param>
    /// <param name="blocks">How many.</param>
    /// <param name="x">(columns, K).</param>
    /// <param name="columns">How many sequences.</param>
    /// <param name="sums">Block b of column j stands at j · <paramref name="stride"/> + 16 b.</param>
    /// <param name="stride">Floats from column to column.</param>
    public static void Add(PackedMatrix matrix, int block, int blocks, Activations x, int columns, float* sums, nint stride)
    {
        var values = x.Floats;
        var (pairs, step) = (matrix.Pairs, (nint)x.Stride);
        if (columns == 1 && blocks == 4)
        {
            FourBlocks(matrix.Block(block), matrix.BlockBytes, pairs, values, sums);
            return;
        }

        for (var b = 0; b < blocks; b++, sums += PackedMatrix.BlockRows)
        {
            var weights = matrix.Block(block + b);
            var j = 0;
            for (; F.Columns >= 8 && j + 8 <= columns; j += 8)
            {
                EightColumns(weights, pairs, values + (j * step), step, sums + (j * stride), stride);
            }

            for (; F.Columns >= 4 && j + 4 <= columns; j += 4)
            {
                FourColumns(weights, pairs, values + (j * step), step, sums + (j * stride), stride);
            }

            for (; F.Columns >= 2 && j + 2 <= columns; j += 2)
            {
                TwoColumns(weights, pairs, values + (j * step), step, sums + (j * stride), stride);
            }

            for (; j < columns; j++)
            {
                OneColumn(weights, pairs, values + (j * step), sums + (j * stride));
            }
        }
    }

    /// <summary>One chain waits for its own additions; four of them fill the pipeline.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FourBlocks(byte* weights, nint blockBytes, int pairs, float* x, float* sums)
    {
        var (s0, s1, s2, s3) = (F.Load(sums), F.Load(sums + 16), F.Load(sums + 32), F.Load(sums + 48));
        for (var end = x + (2 * pairs); x < end; x += 2, weights += W.PairBytes)
        {
            var even = F.Create(x[0]);
            s0 = F.MultiplyAdd(W.Even(weights), even, s0);
            s1 = F.MultiplyAdd(W.Even(weights + blockBytes), even, s1);
            s2 = F.MultiplyAdd(W.Even(weights + (2 * blockBytes)), even, s2);
            s3 = F.MultiplyAdd(W.Even(weights + (3 * blockBytes)), even, s3);
            var odd = F.Create(x[1]);
            s0 = F.MultiplyAdd(W.Odd(weights), odd, s0);
            s1 = F.MultiplyAdd(W.Odd(weights + blockBytes), odd, s1);
            s2 = F.MultiplyAdd(W.Odd(weights + (2 * blockBytes)), odd, s2);
            s3 = F.MultiplyAdd(W.Odd(weights + (3 * blockBytes)), odd, s3);
        }

        s0.Store(sums);
        s1.Store(sums + 16);
        s2.Store(sums + 32);
        s3.Store(sums + 48);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void EightColumns(byte* weights, int pairs, float* x, nint step, float* sums, nint stride)
    {
        float* x1 = x + step, x2 = x1 + step, x3 = x2 + step, x4 = x3 + step, x5 = x4 + step, x6 = x5 + step, x7 = x6 + step;
        var (s0, s1, s2, s3) =
            (F.Load(sums), F.Load(sums + stride), F.Load(sums + (2 * stride)), F.Load(sums + (3 * stride)));
        var upper = sums + (4 * stride);
        var (s4, s5, s6, s7) =
            (F.Load(upper), F.Load(upper + stride), F.Load(upper + (2 * stride)), F.Load(upper + (3 * stride)));
        for (nint k = 0; k < 2 * pairs; k += 2, weights += W.PairBytes)
        {
            var w = W.Even(weights);
            s0 = F.MultiplyAdd(w, F.Create(x[k]), s0);
            s1 = F.MultiplyAdd(w, F.Create(x1[k]), s1);
            s2 = F.MultiplyAdd(w, F.Create(x2[k]), s2);
            s3 = F.MultiplyAdd(w, F.Create(x3[k]), s3);
            s4 = F.MultiplyAdd(w, F.Create(x4[k]), s4);
            s5 = F.MultiplyAdd(w, F.Create(x5[k]), s5);
            s6 = F.MultiplyAdd(w, F.Create(x6[k]), s6);
            s7 = F.MultiplyAdd(w, F.Create(x7[k]), s7);
            w = W.Odd(weights);
            s0 = F.MultiplyAdd(w, F.Create(x[k + 1]), s0);
            s1 = F.MultiplyAdd(w, F.Create(x1[k + 1]), s1);
            s2 = F.MultiplyAdd(w, F.Create(x2[k + 1]), s2);
            s3 = F.MultiplyAdd(w, F.Create(x3[k + 1]), s3);
            s4 = F.MultiplyAdd(w, F.Create(x4[k + 1]), s4);
            s5 = F.MultiplyAdd(w, F.Create(x5[k + 1]), s5);
            s6 = F.MultiplyAdd(w, F.Create(x6[k + 1]), s6);
            s7 = F.MultiplyAdd(w, F.Create(x7[k + 1]), s7);
        }

        s0.Store(sums);
        s1.Store(sums + stride);
        s2.Store(sums + (2 * stride));
        s3.Store(sums + (3 * stride));
        s4.Store(upper);
        s5.Store(upper + stride);
        s6.Store(upper + (2 * stride));
        s7.Store(upper + (3 * stride));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FourColumns(byte* weights, int pairs, float* x, nint step, float* sums, nint stride)
    {
        float* x1 = x + step, x2 = x1 + step, x3 = x2 + step;
        var (s0, s1, s2, s3) =
            (F.Load(sums), F.Load(sums + stride), F.Load(sums + (2 * stride)), F.Load(sums + (3 * stride)));
        for (nint k = 0; k < 2 * pairs; k += 2, weights += W.PairBytes)
        {
            var w = W.Even(weights);
            s0 = F.MultiplyAdd(w, F.Create(x[k]), s0);
            s1 = F.MultiplyAdd(w, F.Create(x1[k]), s1);
            s2 = F.MultiplyAdd(w, F.Create(x2[k]), s2);
            s3 = F.MultiplyAdd(w, F.Create(x3[k]), s3);
            w = W.Odd(weights);
            s0 = F.MultiplyAdd(w, F.Create(x[k + 1]), s0);
            s1 = F.MultiplyAdd(w, F.Create(x1[k + 1]), s1);
            s2 = F.MultiplyAdd(w, F.Create(x2[k + 1]), s2);
            s3 = F.MultiplyAdd(w, F.Create(x3[k + 1]), s3);
        }

        s0.Store(sums);
        s1.Store(sums + stride);
        s2.Store(sums + (2 * stride));
        s3.Store(sums + (3 * stride));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void TwoColumns(byte* weights, int pairs, float* x, nint step, float* sums, nint stride)
    {
        var x1 = x + step;
        var (s0, s1) = (F.Load(sums), F.Load(sums + stride));
        for (nint k = 0; k < 2 * pairs; k += 2, weights += W.PairBytes)
        {
            var w = W.Even(weights);
            s0 = F.MultiplyAdd(w, F.Create(x[k]), s0);
            s1 = F.MultiplyAdd(w, F.Create(x1[k]), s1);
            w = W.Odd(weights);
            s0 = F.MultiplyAdd(w, F.Create(x[k + 1]), s0);
            s1 = F.MultiplyAdd(w, F.Create(x1[k + 1]), s1);
        }

        s0.Store(sums);
        s1.Store(sums + stride);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void OneColumn(byte* weights, int pairs, float* x, float* sums)
    {
        var s = F.Load(sums);
        for (nint k = 0; k < 2 * pairs; k += 2, weights += W.PairBytes)
        {
            s = F.MultiplyAdd(W.Even(weights), F.Create(x[k]), s);
            s = F.MultiplyAdd(W.Odd(weights), F.Create(x[k + 1]), s);
        }

        s.Store(sums);
    }
}
