using LmModel.Numerics;

namespace LmModel.Training.Backpropagation;

/// <summary>
/// Cross-entropy of the softmax and its gradient, row by row and in place, in one pass where autograd needs six.
/// </summary>
internal abstract unsafe class SoftmaxLoss
{
    /// <param name="logits">(N, S) in the products' format; overwritten with the gradient of the mean loss.</param>
    /// <param name="rows">N.</param>
    /// <param name="width">S, the number of candidates.</param>
    /// <param name="targets">(N): the index of each row's true candidate.</param>
    /// <param name="bias">(S): added to the logits of all rows.</param>
    /// <param name="offsets">
    /// (S): added to the logits of the rows for which the candidate is not the target. −ln of the probability with
    /// which the candidate was drawn; −∞ for one that is included only as the target of another row. Null if the
    /// candidates are the whole vocabulary.
    /// </param>
    /// <param name="threads">Number of threads that share the rows.</param>
    /// <returns>Sum over the rows of −ln softmax(logits)[target].</returns>
    public abstract double Backward(
        void* logits,
        int rows,
        int width,
        int[] targets,
        float[] bias,
        float[]? offsets,
        int threads);
}

/// <inheritdoc/>
internal sealed unsafe class SoftmaxLoss<F, TFormat, T> : SoftmaxLoss
    where F : struct, IFloatLanes<F>
    where TFormat : struct, INumberFormat<F, T>
    where T : unmanaged
{
    private const int Lanes = 16;

    public override double Backward(
        void* logits,
        int rows,
        int width,
        int[] targets,
        float[] bias,
        float[]? offsets,
        int threads)
    {
        var losses = new double[rows];
        var padded = (width + Lanes - 1) / Lanes * Lanes;
        fixed (float* b = bias)
        fixed (float* o = offsets)
        {
            // A lambda cannot capture fixed pointers. The copies are valid while it runs, which is within this method.
            var start = (T*)logits;
            var added = b;
            var shift = o;
            var options = new ParallelOptions { MaxDegreeOfParallelism = threads };
            Parallel.For(0, threads, options, part =>
            {
                var scratch = new float[padded];
                var (from, to) = ((int)((long)rows * part / threads), (int)((long)rows * (part + 1) / threads));
                fixed (float* weights = scratch)
                {
                    for (var row = from; row < to; row++)
                    {
                        losses[row] = Row(
                            start + ((long)row * width),
                            width,
                            targets[row],
                            added,
                            shift,
                            weights,
                            1f / rows);
                    }
                }
            });
        }

        return losses.Sum();                                                  // in the order of the rows
    }

    private static double Row(
        T* logits,
        int width,
        int target,
        float* bias,
        float* offsets,
        float* scratch,
        float scale)
    {
        var max = F.Create(float.NegativeInfinity);
        for (var j = 0; j < width; j += Lanes)
        {
            var n = width - j;
            var x = Partial<F, TFormat, T>.Load(logits + j, n) + Partial<F, Fp32Format<F>, float>.Load(bias + j, n);
            if (offsets != null)
            {
                x += Partial<F, Fp32Format<F>, float>.Load(offsets + j, n);
            }

            x.Store(scratch + j);
            if (n < Lanes)
            {
                new Span<float>(scratch + width, Lanes - n).Fill(float.NegativeInfinity);
                x = F.Load(scratch + j);
            }

            max = F.Max(max, x);
        }

        var own = One(logits, target) + bias[target];
        scratch[target] = own;
        var highest = MathF.Max(own, Highest(max));
        var total = F.Create(0);
        for (var j = 0; j < width; j += Lanes)
        {
            var w = LaneFunctions<F>.Exp(F.Load(scratch + j) - F.Create(highest));
            w.Store(scratch + j);
            total += w;
        }

        var z = Sum(total);
        var factor = F.Create(scale / z);
        var p = scratch[target] / z;
        for (var j = 0; j < width; j += Lanes)
        {
            Partial<F, TFormat, T>.Store(F.Load(scratch + j) * factor, logits + j, width - j);
        }

        Set(logits, target, (p - 1) * scale);
        return Math.Log(z) + highest - own;
    }

    private static float One(T* logits, int index)
    {
        var numbers = stackalloc float[Lanes];
        Partial<F, TFormat, T>.Load(logits + index, 1).Store(numbers);
        return numbers[0];
    }

    private static void Set(T* logits, int index, float value) =>
        Partial<F, TFormat, T>.Store(F.Create(value), logits + index, 1);

    private static float Highest(F x)
    {
        var numbers = stackalloc float[Lanes];
        x.Store(numbers);
        var highest = numbers[0];
        for (var i = 1; i < Lanes; i++)
        {
            highest = MathF.Max(highest, numbers[i]);
        }

        return highest;
    }

    private static float Sum(F x)
    {
        var numbers = stackalloc float[Lanes];
        x.Store(numbers);
        var sum = 0f;
        for (var i = 0; i < Lanes; i++)
        {
            sum += numbers[i];
        }

        return sum;
    }
}
