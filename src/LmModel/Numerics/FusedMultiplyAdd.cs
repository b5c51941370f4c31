using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace LmModel.Numerics;

/// <summary>
/// a · b + c rounded once, with the same bits, for processors without an instruction for it, on which the runtime calls
/// the C library for each number.
/// </summary>
/// <remarks>
/// A product of two floats is exact in a double, so only the sum of doubles is rounded, and then its conversion to a
/// float. Two roundings differ from one only where the first gives a number halfway between two floats (Figueroa
/// 1995), or where the float has fewer bits because it is below the normal ones. These cases, one in 2²⁹ and rarer, are
/// computed by slower code.
/// </remarks>
internal static class FusedMultiplyAdd
{
    // A double has 29 bits more than a float; at half of that range it lies halfway between two floats.
    private const uint RestBits = (1 << 29) - 1;
    private const uint HalfRest = 1 << 28;

    // The upper halves of doubles: the sign, and the smallest normal float.
    private const uint WithoutSign = 0x7FFFFFFF;
    private const uint SmallestNormal = 0x38100000;

    /// <summary>Whether the processor has the instruction, and the runtime uses it for vectors and numbers.</summary>
    public static bool HasInstruction => Fma.IsSupported || AdvSimd.IsSupported;

    /// <summary>Each a · b + c, rounded once, where there is no instruction.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Of(Vector128<float> a, Vector128<float> b, Vector128<float> c)
    {
        var lower = (Vector128.WidenLower(a) * Vector128.WidenLower(b)) + Vector128.WidenLower(c);
        var upper = (Vector128.WidenUpper(a) * Vector128.WidenUpper(b)) + Vector128.WidenUpper(c);
        return (Doubtful(lower) | Doubtful(upper)) != Vector128<uint>.Zero
            ? OneByOne(a, b, c)
            : Vector128.Narrow(lower, upper);
    }

    /// <summary>a · b + c, rounded once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Of(float a, float b, float c) =>
        HasInstruction ? MathF.FusedMultiplyAdd(a, b, c) : WithoutInstruction(a, b, c);

    /// <summary>The same where there is no instruction.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static float WithoutInstruction(float a, float b, float c)
    {
        var sum = ((double)a * b) + c;
        var bits = BitConverter.DoubleToUInt64Bits(sum);
        var halfway = ((uint)bits & RestBits) == HalfRest;
        var small = ((uint)(bits >> 32) & WithoutSign) - 1 < SmallestNormal - 1;
        return halfway || small ? MathF.FusedMultiplyAdd(a, b, c) : (float)sum;
    }

    /// <summary>
    /// All bits where the low half of a number is that of a halfway case, or the high half that of a small one.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<uint> Doubtful(Vector128<double> sums)
    {
        var halves = sums.AsUInt32() & Vector128.Create(RestBits, WithoutSign, RestBits, WithoutSign);
        var halfway = Vector128.Equals(halves, Vector128.Create(HalfRest, uint.MaxValue, HalfRest, uint.MaxValue));

        // Signed, which is what there are instructions for. No low half is below its bound; zero is exact.
        var signed = halves.AsInt32();
        var small = Vector128.LessThan(signed, Vector128.Create(0, (int)SmallestNormal, 0, (int)SmallestNormal))
            & Vector128.GreaterThan(signed, Vector128<int>.Zero);
        return halfway | small.AsUInt32();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Vector128<float> OneByOne(Vector128<float> a, Vector128<float> b, Vector128<float> c) =>
        Vector128.Create(
            MathF.FusedMultiplyAdd(a[0], b[0], c[0]),
            MathF.FusedMultiplyAdd(a[1], b[1], c[1]),
            MathF.FusedMultiplyAdd(a[2], b[2], c[2]),
            MathF.FusedMultiplyAdd(a[3], b[3], c[3]));
}
