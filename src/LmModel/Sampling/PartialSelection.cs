namespace LmModel.Sampling;

/// <summary>
/// Finds where the best part of a list ends without sorting it: a radix selection over the bits of the floats, in four
/// passes whatever the values are. A sort of V = 33,000 logits would cost more than the model's step.
/// </summary>
internal static class PartialSelection
{
    private const int Digits = 256;

    /// <summary>The highest threshold t at which the weights of all values of at least t reach the target.</summary>
    /// <param name="values">Without NaN.</param>
    /// <param name="weights">What each value counts, at least 0; empty counts each as 1. Not all 0.</param>
    /// <param name="target">Above 0; where rounding puts it out of reach, t is the lowest value with a weight.</param>
    /// <returns>t, and the sum of the weights of the values above it, which is below the target.</returns>
    public static (float Threshold, double Above) Find(
        ReadOnlySpan<float> values, ReadOnlySpan<float> weights, double target)
    {
        Span<double> sums = stackalloc double[Digits];
        var (prefix, mask, above) = (0u, 0u, 0.0);
        for (var shift = 24; shift >= 0; shift -= 8)
        {
            sums.Clear();
            for (var i = 0; i < values.Length; i++)
            {
                var key = Key(values[i]);
                if ((key & mask) == prefix)
                    sums[(int)(key >> shift) & (Digits - 1)] += weights.IsEmpty ? 1 : weights[i];
            }

            prefix |= (uint)FindDigit(sums, target, ref above) << shift;
            mask |= (uint)(Digits - 1) << shift;
        }

        return (Value(prefix), above);
    }

    private static int FindDigit(ReadOnlySpan<double> sums, double target, ref double above)
    {
        var found = -1;
        for (var digit = Digits - 1; digit >= 0; digit--)
        {
            if (sums[digit] == 0)
                continue;
            if (found >= 0)
                above += sums[found];
            found = digit;
            if (above + sums[digit] >= target)
                break;
        }

        return found;
    }

    /// <summary>
    /// A number that orders as the floats do: sign bit flipped, and all bits where the float is negative.
    /// </summary>
    private static uint Key(float value)
    {
        // Adding 0 turns −0 into +0, which is the same value. There is no branch, because the signs of logits are hard
        // to predict, and mispredictions cost more than everything else.
        var bits = BitConverter.SingleToUInt32Bits(value + 0f);
        return bits ^ ((uint)((int)bits >> 31) | 0x80000000);
    }

    private static float Value(uint key) =>
        BitConverter.UInt32BitsToSingle((key & 0x80000000) != 0 ? key & 0x7fffffff : ~key);
}
