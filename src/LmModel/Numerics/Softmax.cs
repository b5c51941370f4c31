using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace LmModel.Numerics;

/// <summary>
/// wᵢ = exp(xᵢ − max x) and Z = Σ wᵢ: softmax(x)ᵢ = wᵢ / Z. The loops over V that every token needs, with vector
/// instructions.
/// </summary>
/// <remarks>
/// A seed is a receipt, so a token must not depend on the machine: there are always 8 lanes, summed by one tree,
/// whatever the vector width, and the exponential uses only additions and fused multiply-adds, which round in the same
/// way everywhere. Vector256.Exp and TensorPrimitives do not guarantee that, and are slower in double.
/// </remarks>
internal static class Softmax
{
    /// <summary>Floats in a step of the loops: what a buffer for weights must be a multiple of.</summary>
    public const int Lanes = 8;

    private const double Ln2 = 0.69314718055994531;

    /// <summary>Whether all are below +∞, which NaN is not.</summary>
    public static bool AllBelowInfinity(ReadOnlySpan<float> x)
    {
        for (var i = 0; i < x.Length; i += Lanes)
        {
            if (!Vector256.LessThanAll(Load(x[i..]), Vector256.Create(float.PositiveInfinity)))
                return false;
        }

        return true;
    }

    /// <summary>Whether none is NaN or infinite.</summary>
    public static bool AllFinite(ReadOnlySpan<float> x)
    {
        var i = 0;
        for (; i + Lanes <= x.Length; i += Lanes)
        {
            var sizes = Vector256.Abs(Vector256.Create(x[i..]));
            if (!Vector256.LessThanAll(sizes, Vector256.Create(float.PositiveInfinity)))
                return false;
        }

        for (; i < x.Length; i++)
        {
            if (!float.IsFinite(x[i]))
                return false;
        }

        return true;
    }

    /// <summary>The highest; −∞ where there is none, and anything where one is NaN.</summary>
    public static float Max(ReadOnlySpan<float> x)
    {
        var max = Vector256.Create(float.NegativeInfinity);
        for (var i = 0; i < x.Length; i += Lanes)
            max = Vector256.MaxNative(max, Load(x[i..]));
        var four = Vector128.MaxNative(max.GetLower(), max.GetUpper());
        return MathF.Max(MathF.Max(four[0], four[1]), MathF.Max(four[2], four[3]));
    }

    /// <summary>Index of the first that equals <paramref name="value"/>, which must be there.</summary>
    public static int IndexOf(ReadOnlySpan<float> x, float value)
    {
        var i = 0;
        uint equal;
        while ((equal = Vector256.Equals(Load(x[i..]), Vector256.Create(value)).ExtractMostSignificantBits()) == 0)
            i += Lanes;
        return i + BitOperations.TrailingZeroCount(equal);
    }

    /// <summary>Z, at least 1; NaN where one of <paramref name="x"/> is or the maximum is not finite.</summary>
    /// <param name="x">(N).</param>
    /// <param name="max">The highest of them.</param>
    public static double Total(ReadOnlySpan<float> x, float max)
    {
        var (low, high) = (Vector256<double>.Zero, Vector256<double>.Zero);
        for (var i = 0; i < x.Length; i += Lanes)
        {
            var distances = Load(x[i..]) - Vector256.Create(max);
            low += Exp(Vector256.WidenLower(distances));
            high += Exp(Vector256.WidenUpper(distances));
        }

        return Sum(low + high);
    }

    /// <summary>
    /// The weights, and Z: the sum of the <see cref="Sum(ReadOnlySpan{float})"/> of 8 after 8 of them.
    /// </summary>
    /// <param name="x">(N).</param>
    /// <param name="max">The highest of them, finite.</param>
    /// <param name="weights">(N, rounded up to a multiple of 8): 0 after the first N.</param>
    public static double Weights(ReadOnlySpan<float> x, float max, Span<float> weights)
    {
        var total = 0.0;
        for (var i = 0; i < x.Length; i += Lanes)
        {
            var distances = Load(x[i..]) - Vector256.Create(max);
            Vector256
                .Narrow(Exp(Vector256.WidenLower(distances)), Exp(Vector256.WidenUpper(distances)))
                .CopyTo(weights[i..]);
            total += Sum(weights[i..]);
        }

        return total;
    }

    /// <summary>The sum of the first 8 of <paramref name="weights"/>.</summary>
    public static double Sum(ReadOnlySpan<float> weights)
    {
        var x = Vector256.Create(weights);
        return Sum(Vector256.WidenLower(x) + Vector256.WidenUpper(x));
    }

    /// <summary>
    /// ln x = n ln 2 + 2 Σ sᵏ / k over odd k ≤ 19, x = 2ⁿ m, m from √½ to √2, s = (m − 1) / (m + 1): to 15 digits.
    /// </summary>
    /// <param name="x">Positive, finite and normal.</param>
    public static double Log(double x)
    {
        var bits = BitConverter.DoubleToInt64Bits(x);
        var n = (int)(bits >> 52) - 1023;
        var m = BitConverter.Int64BitsToDouble((bits & ((1L << 52) - 1)) | (1023L << 52));
        if (m > 1.4142135623730951)
        {
            m /= 2;
            n++;
        }

        var s = (m - 1) / (m + 1);
        var square = s * s;
        var sum = 1 / 19.0;
        for (var k = 17; k >= 1; k -= 2)
            sum = (sum * square) + (1.0 / k);
        return (n * Ln2) + (2 * s * sum);
    }

    /// <summary>
    /// exp(x) = 2ⁿ · Σ rᵏ / k!, n the integer nearest to x / ln 2, r = x − n ln 2, k ≤ 10: to 12 digits.
    /// </summary>
    /// <param name="x">At most 0. NaN gives NaN.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> Exp(Vector256<double> x)
    {
        // What is lower has no 2ⁿ, and is 0 anyway: as a float, and in a sum with exp(0).
        var lowest = Vector256.Create(-700.0);
        x = Vector256.ConditionalSelect(Vector256.LessThan(x, lowest), lowest, x);

        // The sum with 1.5 · 2⁵² has no place for a fraction: n is its low bits.
        var shift = Vector256.Create(1.5 * (1L << 52));
        var shifted = Vector256.FusedMultiplyAdd(x, Vector256.Create(1 / Ln2), shift);
        var r = Vector256.FusedMultiplyAdd(shifted - shift, Vector256.Create(-Ln2), x);

        var sum = Vector256.Create(1 / 3628800.0);
        sum = Vector256.FusedMultiplyAdd(sum, r, Vector256.Create(1 / 362880.0));
        sum = Vector256.FusedMultiplyAdd(sum, r, Vector256.Create(1 / 40320.0));
        sum = Vector256.FusedMultiplyAdd(sum, r, Vector256.Create(1 / 5040.0));
        sum = Vector256.FusedMultiplyAdd(sum, r, Vector256.Create(1 / 720.0));
        sum = Vector256.FusedMultiplyAdd(sum, r, Vector256.Create(1 / 120.0));
        sum = Vector256.FusedMultiplyAdd(sum, r, Vector256.Create(1 / 24.0));
        sum = Vector256.FusedMultiplyAdd(sum, r, Vector256.Create(1 / 6.0));
        sum = Vector256.FusedMultiplyAdd(sum, r, Vector256.Create(1 / 2.0));
        sum = Vector256.FusedMultiplyAdd(sum, r, Vector256<double>.One);
        sum = Vector256.FusedMultiplyAdd(sum, r, Vector256<double>.One);

        // Times 2ⁿ: n added to the exponent.
        return (sum.AsInt64() + (shifted.AsInt64() << 52)).AsDouble();
    }

    /// <summary>A tree of its own, as the order of Vector256.Sum is not promised.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double Sum(Vector256<double> x)
    {
        var two = x.GetLower() + x.GetUpper();
        return two[0] + two[1];
    }

    /// <summary>
    /// The first 8 of <paramref name="x"/>; where there are fewer, −∞ after them, which adds nothing.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Load(ReadOnlySpan<float> x) =>
        x.Length >= Lanes ? Vector256.Create(x) : LoadPadded(x);

    private static Vector256<float> LoadPadded(ReadOnlySpan<float> x)
    {
        var padded = Vector256.Create(float.NegativeInfinity);
        x.CopyTo(MemoryMarshal.CreateSpan(ref Unsafe.As<Vector256<float>, float>(ref padded), Lanes));
        return padded;
    }
}
