using System.Runtime.CompilerServices;

namespace LmModel.Inference.Managed;

/// <summary>
/// sums += s_row · s_x · Σ w x for int8 weights and 16-bit activations. The sum is exact, so no order changes it; only its
/// two scales and the last addition round, element by element.
/// </summary>
internal static unsafe class IntegerProducts<F, I>
    where F : struct, IFloatLanes<F>
    where I : struct, IIntegerLanes<I, F>
{
    /// <summary>The largest activation with which no sum of K products leaves 32 bits.</summary>
    /// <param name="columns">K.</param>
    public static int MaxActivation(int columns) =>
        (int)Math.Min(short.MaxValue, int.MaxValue / ((long)PackedMatrix.MaxInteger * columns));

    /// <inheritdoc cref="FloatProducts{F, W}.Add"/>
    public static void Add(PackedMatrix matrix, int block, int blocks, Activations x, int columns, float* sums, nint stride)
    {
        var values = x.Shorts;
        var (pairs, step) = (matrix.Pairs, (nint)x.Stride);
        var scales = matrix.Scales + (block * PackedMatrix.BlockRows);
        if (columns == 1 && blocks == 4)
        {
            FourBlocks((sbyte*)matrix.Block(block), matrix.BlockBytes, pairs, values, scales, x.Scales[0], sums);
            return;
        }

        for (var b = 0; b < blocks; b++, sums += PackedMatrix.BlockRows, scales += PackedMatrix.BlockRows)
        {
            var weights = (sbyte*)matrix.Block(block + b);
            var j = 0;
            for (; F.Columns >= 8 && j + 8 <= columns; j += 8)
            {
                EightColumns(weights, pairs, values + (j * step), step, scales, x.Scales + j, sums + (j * stride), stride);
            }

            for (; F.Columns >= 4 && j + 4 <= columns; j += 4)
            {
                FourColumns(weights, pairs, values + (j * step), step, scales, x.Scales + j, sums + (j * stride), stride);
            }

            for (; j < columns; j++)
            {
                OneColumn(weights, pairs, values + (j * step), scales, x.Scales[j], sums + (j * stride));
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddTo(float* sums, I sum, float* rowScales, float scale) =>
        F.MultiplyAdd(sum.ToFloat(), F.Load(rowScales) * F.Create(scale), F.Load(sums)).Store(sums);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FourBlocks(
        sbyte* weights, nint blockBytes, int pairs, short* x, float* rowScales, float scale, float* sums)
    {
        var (s0, s1, s2, s3) = (I.Zero, I.Zero, I.Zero, I.Zero);
        for (var end = x + (2 * pairs); x < end; x += 2, weights += 32)
        {
            var pair = I.Broadcast(x);
            s0 = I.MultiplyAdd(s0, I.LoadWeights(weights), pair);
            s1 = I.MultiplyAdd(s1, I.LoadWeights(weights + blockBytes), pair);
            s2 = I.MultiplyAdd(s2, I.LoadWeights(weights + (2 * blockBytes)), pair);
            s3 = I.MultiplyAdd(s3, I.LoadWeights(weights + (3 * blockBytes)), pair);
        }

        AddTo(sums, s0, rowScales, scale);
        AddTo(sums + 16, s1, rowScales + 16, scale);
        AddTo(sums + 32, s2, rowScales + 32, scale);
        AddTo(sums + 48, s3, rowScales + 48, scale);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void EightColumns(
        sbyte* weights, int pairs, short* x, nint step, float* rowScales, float* scales, float* sums, nint stride)
    {
        short* x1 = x + step, x2 = x1 + step, x3 = x2 + step, x4 = x3 + step, x5 = x4 + step, x6 = x5 + step, x7 = x6 + step;
        var (s0, s1, s2, s3, s4, s5, s6, s7) = (I.Zero, I.Zero, I.Zero, I.Zero, I.Zero, I.Zero, I.Zero, I.Zero);
        for (nint k = 0; k < 2 * pairs; k += 2, weights += 32)
        {
            var w = I.LoadWeights(weights);
            s0 = I.MultiplyAdd(s0, w, I.Broadcast(x + k));
            s1 = I.MultiplyAdd(s1, w, I.Broadcast(x1 + k));
            s2 = I.MultiplyAdd(s2, w, I.Broadcast(x2 + k));
            s3 = I.MultiplyAdd(s3, w, I.Broadcast(x3 + k));
            s4 = I.MultiplyAdd(s4, w, I.Broadcast(x4 + k));
            s5 = I.MultiplyAdd(s5, w, I.Broadcast(x5 + k));
            s6 = I.MultiplyAdd(s6, w, I.Broadcast(x6 + k));
            s7 = I.MultiplyAdd(s7, w, I.Broadcast(x7 + k));
        }

        AddTo(sums, s0, rowScales, scales[0]);
        AddTo(sums + stride, s1, rowScales, scales[1]);
        AddTo(sums + (2 * stride), s2, rowScales, scales[2]);
        AddTo(sums + (3 * stride), s3, rowScales, scales[3]);
        AddTo(sums + (4 * stride), s4, rowScales, scales[4]);
        AddTo(sums + (5 * stride), s5, rowScales, scales[5]);
        AddTo(sums + (6 * stride), s6, rowScales, scales[6]);
        AddTo(sums + (7 * stride), s7, rowScales, scales[7]);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FourColumns(
        sbyte* weights, int pairs, short* x, nint step, float* rowScales, float* scales, float* sums, nint stride)
    {
        short* x1 = x + step, x2 = x1 + step, x3 = x2 + step;
        var (s0, s1, s2, s3) = (I.Zero, I.Zero, I.Zero, I.Zero);
        for (nint k = 0; k < 2 * pairs; k += 2, weights += 32)
        {
            var w = I.LoadWeights(weights);
            s0 = I.MultiplyAdd(s0, w, I.Broadcast(x + k));
            s1 = I.MultiplyAdd(s1, w, I.Broadcast(x1 + k));
            s2 = I.MultiplyAdd(s2, w, I.Broadcast(x2 + k));
            s3 = I.MultiplyAdd(s3, w, I.Broadcast(x3 + k));
        }

        AddTo(sums, s0, rowScales, scales[0]);
        AddTo(sums + stride, s1, rowScales, scales[1]);
        AddTo(sums + (2 * stride), s2, rowScales, scales[2]);
        AddTo(sums + (3 * stride), s3, rowScales, scales[3]);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void OneColumn(sbyte* weights, int pairs, short* x, float* rowScales, float scale, float* sums)
    {
        var s = I.Zero;
        for (nint k = 0; k < 2 * pairs; k += 2, weights += 32)
        {
            s = I.MultiplyAdd(s, I.LoadWeights(weights), I.Broadcast(x + k));
        }

        AddTo(sums, s, rowScales, scale);
    }
}
