using System.Runtime.CompilerServices;
using LmModel.Networks;
using LmModel.Numerics;

namespace LmModel.Training.Backpropagation;

/// <summary>
/// One step of a cell for B columns, forward and backward: everything between two matrix products. Each pass overwrites
/// its input, so a window needs only one buffer (T, B, G·H), which holds the sums, then the gates, then their gradient.
/// </summary>
internal abstract unsafe class CellKernels
{
    /// <summary>Computes the next state from the sums of the gates.</summary>
    public abstract void Forward(Cell cell, in CellStep step);

    /// <summary>Computes the gradients of the sums of the gates and of the previous state from the gradient of the next
    /// state.</summary>
    public abstract void Backward(Cell cell, in CellStep step);
}

/// <inheritdoc/>
internal sealed unsafe class CellKernels<F, TFormat, T> : CellKernels
    where F : struct, IFloatLanes<F>
    where TFormat : struct, INumberFormat<F, T>
    where T : unmanaged
{
    private const int Lanes = 16;

    private static F One => F.Create(1);

    public override void Forward(Cell cell, in CellStep step)
    {
        switch (cell)
        {
            case Cell.Lstm:
                LstmForward(step);
                break;
            case Cell.Gru:
                GruForward(step);
                break;
            case Cell.RnnTanh or Cell.RnnRelu:
                PlainForward(step, rectified: cell is Cell.RnnRelu);
                break;
            default:
                throw Cells.Unknown(cell);
        }
    }

    public override void Backward(Cell cell, in CellStep step)
    {
        switch (cell)
        {
            case Cell.Lstm:
                LstmBackward(step);
                break;
            case Cell.Gru:
                GruBackward(step);
                break;
            case Cell.RnnTanh or Cell.RnnRelu:
                PlainBackward(step, rectified: cell is Cell.RnnRelu);
                break;
            default:
                throw Cells.Unknown(cell);
        }
    }

    private static void LstmForward(in CellStep s)
    {
        var h = s.Units;
        for (var b = 0; b < s.Columns; b++)
        {
            var gates = (T*)s.Gates + ((long)b * 4 * h);
            var at = (long)b * h;
            for (var u = 0; u < h; u += Lanes)
            {
                var n = h - u;
                var i = LaneFunctions<F>.Sigmoid(Sum(gates + u, s.Bias + u, n));
                var f = LaneFunctions<F>.Sigmoid(Sum(gates + h + u, s.Bias + h + u, n));
                var g = LaneFunctions<F>.Tanh(Sum(gates + (2 * h) + u, s.Bias + (2 * h) + u, n));
                var o = LaneFunctions<F>.Sigmoid(Sum(gates + (3 * h) + u, s.Bias + (3 * h) + u, n));
                var c = F.MultiplyAdd(f, Floats.Load(s.CellBefore + at + u, n), i * g);
                var y = o * LaneFunctions<F>.Tanh(c);
                Factors.Store(i, gates + u, n);
                Factors.Store(f, gates + h + u, n);
                Factors.Store(g, gates + (2 * h) + u, n);
                Factors.Store(o, gates + (3 * h) + u, n);
                Floats.Store(c, s.CellAfter + at + u, n);
                Floats.Store(y, s.State + at + u, n);
                Factors.Store(y, (T*)s.After + at + u, n);
            }
        }
    }

    private static void LstmBackward(in CellStep s)
    {
        var h = s.Units;
        for (var b = 0; b < s.Columns; b++)
        {
            var gates = (T*)s.Gates + ((long)b * 4 * h);
            var at = (long)b * h;
            for (var u = 0; u < h; u += Lanes)
            {
                var n = h - u;
                var i = Factors.Load(gates + u, n);
                var f = Factors.Load(gates + h + u, n);
                var g = Factors.Load(gates + (2 * h) + u, n);
                var o = Factors.Load(gates + (3 * h) + u, n);
                var tanh = LaneFunctions<F>.Tanh(Floats.Load(s.CellAfter + at + u, n));
                var dh = Factors.Load((T*)s.Gradient + at + u, n);
                var dc = Floats.Load(s.Carried + at + u, n) + (dh * o * (One - (tanh * tanh)));
                Factors.Store(dc * g * i * (One - i), gates + u, n);
                Factors.Store(dc * Floats.Load(s.CellBefore + at + u, n) * f * (One - f), gates + h + u, n);
                Factors.Store(dc * i * (One - (g * g)), gates + (2 * h) + u, n);
                Factors.Store(dh * tanh * o * (One - o), gates + (3 * h) + u, n);
                Floats.Store(dc * f, s.Carried + at + u, n);
            }
        }
    }

    private static void GruForward(in CellStep s)
    {
        var h = s.Units;
        for (var b = 0; b < s.Columns; b++)
        {
            var gates = (T*)s.Gates + ((long)b * 3 * h);
            var recurrent = (T*)s.Recurrent + ((long)b * 3 * h);
            var at = (long)b * h;
            for (var u = 0; u < h; u += Lanes)
            {
                var n = h - u;
                var r = LaneFunctions<F>.Sigmoid(
                    Sum(gates + u, s.Bias + u, n) + Sum(recurrent + u, s.RecurrentBias + u, n));
                var z = LaneFunctions<F>.Sigmoid(
                    Sum(gates + h + u, s.Bias + h + u, n) + Sum(recurrent + h + u, s.RecurrentBias + h + u, n));
                var m = Sum(recurrent + (2 * h) + u, s.RecurrentBias + (2 * h) + u, n);
                var k = LaneFunctions<F>.Tanh(F.MultiplyAdd(r, m, Sum(gates + (2 * h) + u, s.Bias + (2 * h) + u, n)));
                var y = F.MultiplyAdd(z, Floats.Load(s.State + at + u, n) - k, k);
                Factors.Store(r, gates + u, n);
                Factors.Store(z, gates + h + u, n);
                Factors.Store(k, gates + (2 * h) + u, n);
                Factors.Store(m, recurrent + (2 * h) + u, n);
                Floats.Store(y, s.State + at + u, n);
                Factors.Store(y, (T*)s.After + at + u, n);
            }
        }
    }

    private static void GruBackward(in CellStep s)
    {
        var h = s.Units;
        for (var b = 0; b < s.Columns; b++)
        {
            var gates = (T*)s.Gates + ((long)b * 3 * h);
            var recurrent = (T*)s.Recurrent + ((long)b * 3 * h);
            var at = (long)b * h;
            for (var u = 0; u < h; u += Lanes)
            {
                var n = h - u;
                var r = Factors.Load(gates + u, n);
                var z = Factors.Load(gates + h + u, n);
                var k = Factors.Load(gates + (2 * h) + u, n);
                var m = Factors.Load(recurrent + (2 * h) + u, n);
                var dh = Factors.Load((T*)s.Gradient + at + u, n) + Floats.Load(s.Carried + at + u, n);
                var dk = dh * (One - z) * (One - (k * k));
                var dr = dk * m * r * (One - r);
                var dz = dh * (Factors.Load((T*)s.Before + at + u, n) - k) * z * (One - z);
                Factors.Store(dr, gates + u, n);
                Factors.Store(dz, gates + h + u, n);
                Factors.Store(dk, gates + (2 * h) + u, n);
                Factors.Store(dr, recurrent + u, n);
                Factors.Store(dz, recurrent + h + u, n);
                Factors.Store(dk * r, recurrent + (2 * h) + u, n);
                Floats.Store(dh * z, s.Carried + at + u, n);
            }
        }
    }

    private static void PlainForward(in CellStep s, bool rectified)
    {
        for (var b = 0; b < s.Columns; b++)
        {
            var at = (long)b * s.Units;
            for (var u = 0; u < s.Units; u += Lanes)
            {
                var n = s.Units - u;
                var sum = Sum((T*)s.Gates + at + u, s.Bias + u, n);
                var y = rectified ? F.Max(sum, F.Create(0)) : LaneFunctions<F>.Tanh(sum);
                Factors.Store(y, (T*)s.Gates + at + u, n);
                Floats.Store(y, s.State + at + u, n);
                Factors.Store(y, (T*)s.After + at + u, n);
            }
        }
    }

    private static void PlainBackward(in CellStep s, bool rectified)
    {
        for (var b = 0; b < s.Columns; b++)
        {
            var at = (long)b * s.Units;
            for (var u = 0; u < s.Units; u += Lanes)
            {
                var n = s.Units - u;
                var y = Factors.Load((T*)s.Gates + at + u, n);
                var slope = rectified ? Step(y) : One - (y * y);
                Factors.Store(Factors.Load((T*)s.Gradient + at + u, n) * slope, (T*)s.Gates + at + u, n);
            }
        }
    }

    /// <summary>1 if y is above 0, else 0. The factor is so large that any positive number reaches 1.</summary>
    private static F Step(F y) => F.Min(y * F.Create(1e37f), One);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static F Sum(T* sums, float* bias, int count) =>
        Factors.Load(sums, count) + Floats.Load(bias, count);

    /// <summary>Loads and stores numbers in the format of the products.</summary>
    private static class Factors
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static F Load(T* source, int count) => Partial<F, TFormat, T>.Load(source, count);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Store(F value, T* target, int count) =>
            Partial<F, TFormat, T>.Store(value, target, count);
    }

    private static class Floats
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static F Load(float* source, int count) => Partial<F, Fp32Format<F>, float>.Load(source, count);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Store(F value, float* target, int count) =>
            Partial<F, Fp32Format<F>, float>.Store(value, target, count);
    }
}
