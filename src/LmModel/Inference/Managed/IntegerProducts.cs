using System.Runtime.CompilerServices;
using LmModel.Numerics;

namespace LmModel.Inference.Managed;

/// <summary>
/// sums += s_row · s_x · Σ w x for int8 weights and 16-bit activations. The sum is exact, so its order does not matter;
/// only the two scales and the last addition round, for each element.
/// </summary>
/// <remarks>
/// Eight products are computed before they are added. If they alternated, an addition would often occupy one of the two
/// pipelines that have multipliers: 16 pairs take 22 cycles on Zen 4, in groups 18.
/// </remarks>
internal static unsafe class IntegerProducts<F, I>
    where F : struct, IFloatLanes<F>
    where I : struct, IIntegerLanes<I, F>
{
    private const int PairBytes = 2 * PackedMatrix.BlockRows;

    /// <inheritdoc cref="FloatProducts{F, W}.Add"/>
    public static void Add(
        PackedMatrix matrix,
        int block,
        int blocks,
        Activations x,
        int columns,
        float* sums,
        nint stride)
    {
        var weights = (sbyte*)matrix.Block(block);
        var scales = matrix.Scales + (block * PackedMatrix.BlockRows);
        var values = x.Shorts;
        var (pairs, next, step) = (matrix.Pairs, (nint)matrix.PairStep, (nint)x.Stride);
        var j = 0;
        if (blocks == 4)
        {
            for (; F.IsWide && j + 4 <= columns; j += 4)
            {
                FourByFour(
                    weights, next, pairs, values + (j * step), step, scales, x.Scales + j, sums + (j * stride), stride);
            }

            for (; F.IsWide && j + 2 <= columns; j += 2)
            {
                FourByTwo(
                    weights, next, pairs, values + (j * step), step, scales, x.Scales + j, sums + (j * stride), stride);
            }

            if (j + 1 == columns)
            {
                FourByOne(weights, next, pairs, values + (j * step), scales, x.Scales + j, sums + (j * stride));
                return;
            }
        }

        for (var b = 0; b < blocks && j < columns; b++, weights += PairBytes)
        {
            var rest = j;
            for (; rest + 4 <= columns; rest += 4)
            {
                OneByFour(
                    weights,
                    next,
                    pairs,
                    values + (rest * step),
                    step,
                    scales,
                    x.Scales + rest,
                    sums + (rest * stride),
                    stride);
            }

            for (; rest < columns; rest++)
            {
                OneByOne(weights, next, pairs, values + (rest * step), scales, x.Scales + rest, sums + (rest * stride));
            }

            sums += PackedMatrix.BlockRows;
            scales += PackedMatrix.BlockRows;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddTo(float* sums, I sum, float* rowScales, float scale) =>
        F.MultiplyAdd(sum.ToFloat(), F.Load(rowScales) * F.Create(scale), F.Load(sums)).Store(sums);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FourByFour(
        sbyte* weights,
        nint next,
        int pairs,
        short* x,
        nint step,
        float* rowScales,
        float* scales,
        float* sums,
        nint stride)
    {
        short* x1 = x + step, x2 = x1 + step, x3 = x2 + step;
        var (a0, b0, c0, d0) = (I.Zero, I.Zero, I.Zero, I.Zero);
        var (a1, b1, c1, d1) = (I.Zero, I.Zero, I.Zero, I.Zero);
        var (a2, b2, c2, d2) = (I.Zero, I.Zero, I.Zero, I.Zero);
        var (a3, b3, c3, d3) = (I.Zero, I.Zero, I.Zero, I.Zero);
        for (nint k = 0; k < 2 * pairs; k += 2, weights += next)
        {
            var w0 = I.LoadWeights(weights);
            var w1 = I.LoadWeights(weights + PairBytes);
            var w2 = I.LoadWeights(weights + (2 * PairBytes));
            var w3 = I.LoadWeights(weights + (3 * PairBytes));
            var v = I.Broadcast(x + k);
            var p0 = I.Product(w0, v);
            var p1 = I.Product(w1, v);
            var p2 = I.Product(w2, v);
            var p3 = I.Product(w3, v);
            var u = I.Broadcast(x1 + k);
            var q0 = I.Product(w0, u);
            var q1 = I.Product(w1, u);
            var q2 = I.Product(w2, u);
            var q3 = I.Product(w3, u);
            a0 += p0;
            b0 += p1;
            c0 += p2;
            d0 += p3;
            a1 += q0;
            b1 += q1;
            c1 += q2;
            d1 += q3;
            v = I.Broadcast(x2 + k);
            p0 = I.Product(w0, v);
            p1 = I.Product(w1, v);
            p2 = I.Product(w2, v);
            p3 = I.Product(w3, v);
            u = I.Broadcast(x3 + k);
            q0 = I.Product(w0, u);
            q1 = I.Product(w1, u);
            q2 = I.Product(w2, u);
            q3 = I.Product(w3, u);
            a2 += p0;
            b2 += p1;
            c2 += p2;
            d2 += p3;
            a3 += q0;
            b3 += q1;
            c3 += q2;
            d3 += q3;
        }

        AddTo(sums, a0, rowScales, scales[0]);
        AddTo(sums + 16, b0, rowScales + 16, scales[0]);
        AddTo(sums + 32, c0, rowScales + 32, scales[0]);
        AddTo(sums + 48, d0, rowScales + 48, scales[0]);
        AddTo(sums + stride, a1, rowScales, scales[1]);
        AddTo(sums + stride + 16, b1, rowScales + 16, scales[1]);
        AddTo(sums + stride + 32, c1, rowScales + 32, scales[1]);
        AddTo(sums + stride + 48, d1, rowScales + 48, scales[1]);
        AddTo(sums + (2 * stride), a2, rowScales, scales[2]);
        AddTo(sums + (2 * stride) + 16, b2, rowScales + 16, scales[2]);
        AddTo(sums + (2 * stride) + 32, c2, rowScales + 32, scales[2]);
        AddTo(sums + (2 * stride) + 48, d2, rowScales + 48, scales[2]);
        AddTo(sums + (3 * stride), a3, rowScales, scales[3]);
        AddTo(sums + (3 * stride) + 16, b3, rowScales + 16, scales[3]);
        AddTo(sums + (3 * stride) + 32, c3, rowScales + 32, scales[3]);
        AddTo(sums + (3 * stride) + 48, d3, rowScales + 48, scales[3]);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FourByTwo(
        sbyte* weights,
        nint next,
        int pairs,
        short* x,
        nint step,
        float* rowScales,
        float* scales,
        float* sums,
        nint stride)
    {
        var x1 = x + step;
        var (a0, b0, c0, d0) = (I.Zero, I.Zero, I.Zero, I.Zero);
        var (a1, b1, c1, d1) = (I.Zero, I.Zero, I.Zero, I.Zero);
        for (nint k = 0; k < 2 * pairs; k += 2, weights += next)
        {
            var w0 = I.LoadWeights(weights);
            var w1 = I.LoadWeights(weights + PairBytes);
            var w2 = I.LoadWeights(weights + (2 * PairBytes));
            var w3 = I.LoadWeights(weights + (3 * PairBytes));
            var v = I.Broadcast(x + k);
            var p0 = I.Product(w0, v);
            var p1 = I.Product(w1, v);
            var p2 = I.Product(w2, v);
            var p3 = I.Product(w3, v);
            var u = I.Broadcast(x1 + k);
            var q0 = I.Product(w0, u);
            var q1 = I.Product(w1, u);
            var q2 = I.Product(w2, u);
            var q3 = I.Product(w3, u);
            a0 += p0;
            b0 += p1;
            c0 += p2;
            d0 += p3;
            a1 += q0;
            b1 += q1;
            c1 += q2;
            d1 += q3;
        }

        AddTo(sums, a0, rowScales, scales[0]);
        AddTo(sums + 16, b0, rowScales + 16, scales[0]);
        AddTo(sums + 32, c0, rowScales + 32, scales[0]);
        AddTo(sums + 48, d0, rowScales + 48, scales[0]);
        AddTo(sums + stride, a1, rowScales, scales[1]);
        AddTo(sums + stride + 16, b1, rowScales + 16, scales[1]);
        AddTo(sums + stride + 32, c1, rowScales + 32, scales[1]);
        AddTo(sums + stride + 48, d1, rowScales + 48, scales[1]);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FourByOne(
        sbyte* weights, nint next, int pairs, short* x, float* rowScales, float* scales, float* sums)
    {
        var (a, b, c, d) = (I.Zero, I.Zero, I.Zero, I.Zero);
        for (nint k = 0; k < 2 * pairs; k += 2, weights += next)
        {
            var w0 = I.LoadWeights(weights);
            var w1 = I.LoadWeights(weights + PairBytes);
            var w2 = I.LoadWeights(weights + (2 * PairBytes));
            var w3 = I.LoadWeights(weights + (3 * PairBytes));
            var v = I.Broadcast(x + k);
            var p0 = I.Product(w0, v);
            var p1 = I.Product(w1, v);
            var p2 = I.Product(w2, v);
            var p3 = I.Product(w3, v);
            a += p0;
            b += p1;
            c += p2;
            d += p3;
        }

        AddTo(sums, a, rowScales, scales[0]);
        AddTo(sums + 16, b, rowScales + 16, scales[0]);
        AddTo(sums + 32, c, rowScales + 32, scales[0]);
        AddTo(sums + 48, d, rowScales + 48, scales[0]);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void OneByFour(
        sbyte* weights,
        nint next,
        int pairs,
        short* x,
        nint step,
        float* rowScales,
        float* scales,
        float* sums,
        nint stride)
    {
        short* x1 = x + step, x2 = x1 + step, x3 = x2 + step;
        var (a0, a1, a2, a3) = (I.Zero, I.Zero, I.Zero, I.Zero);
        for (nint k = 0; k < 2 * pairs; k += 2, weights += next)
        {
            var w = I.LoadWeights(weights);
            a0 += I.Product(w, I.Broadcast(x + k));
            a1 += I.Product(w, I.Broadcast(x1 + k));
            a2 += I.Product(w, I.Broadcast(x2 + k));
            a3 += I.Product(w, I.Broadcast(x3 + k));
        }

        AddTo(sums, a0, rowScales, scales[0]);
        AddTo(sums + stride, a1, rowScales, scales[1]);
        AddTo(sums + (2 * stride), a2, rowScales, scales[2]);
        AddTo(sums + (3 * stride), a3, rowScales, scales[3]);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void OneByOne(
        sbyte* weights, nint next, int pairs, short* x, float* rowScales, float* scales, float* sums)
    {
        var a = I.Zero;
        for (nint k = 0; k < 2 * pairs; k += 2, weights += next)
        {
            var w = I.LoadWeights(weights);
            a += I.Product(w, I.Broadcast(x + k));
        }

        AddTo(sums, a, rowScales, scales[0]);
    }
}
