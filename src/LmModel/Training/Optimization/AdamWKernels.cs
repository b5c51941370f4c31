using LmModel.Numerics;

namespace LmModel.Training.Optimization;

/// <summary>The arithmetic of <see cref="AdamW"/> for one vector width. All widths give the same bits.</summary>
internal abstract unsafe class AdamWKernels
{
    private protected const float Beta1 = AdamW.Beta1;
    private protected const float Beta2 = AdamW.Beta2;

    /// <param name="width">Width of the vectors; it affects the speed but not a single bit of the results.</param>
    public static AdamWKernels Of(VectorWidth width) => width switch
    {
        VectorWidth.Bits512 => new AdamWKernels<Float512>(),
        VectorWidth.Bits256 => new AdamWKernels<Float256>(),
        VectorWidth.Bits128 => new AdamWKernels<Float128>(),
        VectorWidth.Scalar => new AdamWKernels<FloatScalar>(),
        _ => throw new ArgumentOutOfRangeException(nameof(width), width, null),
    };

    /// <summary>Updates both moments and the value from the gradient, in place.</summary>
    /// <param name="value">(count).</param>
    /// <param name="gradient">(count).</param>
    /// <param name="mean">(count): the first moment.</param>
    /// <param name="variance">(count): the second moment.</param>
    /// <param name="count">Number of elements.</param>
    /// <param name="scale">Factor of the gradient.</param>
    /// <param name="keep">Factor of the value: 1 − learning rate · decay.</param>
    /// <param name="rate">The learning rate, with the bias correction of the first moment, which starts at 0.</param>
    /// <param name="varianceScale">The bias correction of the second moment.</param>
    public abstract void Update(
        float* value, float* gradient, float* mean, float* variance, int count,
        float scale, float keep, float rate, float varianceScale);

    /// <summary>The sum of the squares of <paramref name="count"/> numbers.</summary>
    public abstract double SquaredNorm(float* x, long count);
}

/// <inheritdoc/>
internal sealed unsafe class AdamWKernels<F> : AdamWKernels
    where F : struct, IFloatLanes<F>
{
    private const int Lanes = 16;

    // An fp32 sum of many squares loses small ones, so the squares are summed in parts.
    private const int Part = 1 << 16;

    public override void Update(
        float* value, float* gradient, float* mean, float* variance, int count,
        float scale, float keep, float rate, float varianceScale)
    {
        var i = 0;
        for (; i + Lanes <= count; i += Lanes)
        {
            var g = F.Load(gradient + i) * F.Create(scale);
            var m = F.MultiplyAdd(F.Load(mean + i) - g, F.Create(Beta1), g);
            var v = (F.Load(variance + i) * F.Create(Beta2)) + (g * g * F.Create(1 - Beta2));
            var x = F.Load(value + i) * F.Create(keep);
            m.Store(mean + i);
            v.Store(variance + i);
            var deviation = F.Sqrt(v * F.Create(varianceScale)) + F.Create(AdamW.Epsilon);
            (x - (m * F.Create(rate) / deviation)).Store(value + i);
        }

        for (; i < count; i++)
        {
            var g = gradient[i] * scale;
            mean[i] = ((mean[i] - g) * Beta1) + g;
            variance[i] = (variance[i] * Beta2) + (g * g * (1 - Beta2));
            var deviation = MathF.Sqrt(variance[i] * varianceScale) + AdamW.Epsilon;
            value[i] = (value[i] * keep) - (mean[i] * rate / deviation);
        }
    }

    public override double SquaredNorm(float* x, long count)
    {
        var (sum, i) = (0.0, 0L);
        while (i < count)
        {
            var part = F.Create(0);
            var end = Math.Min(count, i + Part);
            for (; i + Lanes <= end; i += Lanes)
            {
                var v = F.Load(x + i);
                part += v * v;
            }

            sum += Sum(part);
            for (; i < end; i++)
            {
                sum += (double)x[i] * x[i];
            }
        }

        return sum;
    }

    /// <summary>Adds adjacent lanes first, then adjacent sums: the order of additions affects the result.</summary>
    private static float Sum(F x)
    {
        var numbers = stackalloc float[Lanes];
        x.Store(numbers);
        for (var width = Lanes / 2; width > 0; width /= 2)
        {
            for (var i = 0; i < width; i++)
            {
                numbers[i] = numbers[2 * i] + numbers[(2 * i) + 1];
            }
        }

        return numbers[0];
    }
}
