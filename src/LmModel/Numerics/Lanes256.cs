using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace LmModel.Numerics;

/// <summary>16 floats in two vectors, for processors with AVX2 and FMA.</summary>
internal readonly unsafe struct Float256(Vector256<float> low, Vector256<float> high) : IFloatLanes<Float256>
{
    private readonly Vector256<float> _low = low;
    private readonly Vector256<float> _high = high;

    public static bool IsSupported => Vector256.IsHardwareAccelerated && Avx2.IsSupported && Fma.IsSupported;

    public static bool IsWide => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float256 operator +(Float256 left, Float256 right) =>
        new(left._low + right._low, left._high + right._high);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float256 operator -(Float256 left, Float256 right) =>
        new(left._low - right._low, left._high - right._high);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float256 operator *(Float256 left, Float256 right) =>
        new(left._low * right._low, left._high * right._high);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float256 operator /(Float256 left, Float256 right) =>
        new(left._low / right._low, left._high / right._high);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float256 Create(float value) => new(Vector256.Create(value), Vector256.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float256 Load(float* source) => new(Vector256.Load(source), Vector256.Load(source + 8));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float256 LoadEven(ushort* source) => new(
        (Vector256.Load((uint*)source) << 16).AsSingle(), (Vector256.Load((uint*)source + 8) << 16).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float256 LoadOdd(ushort* source)
    {
        var mask = Vector256.Create(0xFFFF0000);
        return new(
            (Vector256.Load((uint*)source) & mask).AsSingle(),
            (Vector256.Load((uint*)source + 8) & mask).AsSingle());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float256 LoadBf16(ushort* source)
    {
        var (low, high) = Vector256.Widen(Vector256.Load(source));
        return new((low << 16).AsSingle(), (high << 16).AsSingle());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float256 MultiplyAdd(Float256 a, Float256 b, Float256 c) => new(
        Vector256.FusedMultiplyAdd(a._low, b._low, c._low), Vector256.FusedMultiplyAdd(a._high, b._high, c._high));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float256 Min(Float256 left, Float256 right) =>
        new(Vector256.MinNative(left._low, right._low), Vector256.MinNative(left._high, right._high));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float256 Max(Float256 left, Float256 right) =>
        new(Vector256.MaxNative(left._low, right._low), Vector256.MaxNative(left._high, right._high));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float256 Sqrt(Float256 value) => new(Vector256.Sqrt(value._low), Vector256.Sqrt(value._high));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float256 Round(Float256 value) => new(Vector256.Round(value._low), Vector256.Round(value._high));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float256 Scale(Float256 value, Float256 exponent) => new(
        (value._low.AsInt32() + (Vector256.ConvertToInt32Native(exponent._low) << 23)).AsSingle(),
        (value._high.AsInt32() + (Vector256.ConvertToInt32Native(exponent._high) << 23)).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool AreFinite(Float256 value) => Vector256.EqualsAll(
        (value._low * Vector256<float>.Zero) + (value._high * Vector256<float>.Zero), Vector256<float>.Zero);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(float* target)
    {
        _low.Store(target);
        _high.Store(target + 8);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreBf16(ushort* target) => Vector256.Narrow(Bf16(_low), Bf16(_high)).Store(target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreShorts(short* target) => Vector256.Narrow(
        Vector256.ConvertToInt32Native(_low), Vector256.ConvertToInt32Native(_high)).Store(target);

    /// <inheritdoc cref="Float512.StoreBf16"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> Bf16(Vector256<float> value)
    {
        var bits = value.AsUInt32();
        return (bits + Vector256.Create(0x7FFFu) + ((bits >> 16) & Vector256<uint>.One)) >> 16;
    }
}

/// <summary>16 sums in two vectors, for processors with AVX2.</summary>
internal readonly unsafe struct Integer256(Vector256<int> low, Vector256<int> high)
    : IIntegerLanes<Integer256, Float256>
{
    private readonly Vector256<int> _low = low;
    private readonly Vector256<int> _high = high;

    public static Integer256 Zero => new(Vector256<int>.Zero, Vector256<int>.Zero);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Integer256 LoadWeights(sbyte* source) => new(
        Avx2.ConvertToVector256Int16(Vector128.Load(source)).AsInt32(),
        Avx2.ConvertToVector256Int16(Vector128.Load(source + 16)).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Integer256 Broadcast(short* pair) =>
        new(Vector256.Create(*(int*)pair), Vector256.Create(*(int*)pair));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Integer256 operator +(Integer256 left, Integer256 right) =>
        new(left._low + right._low, left._high + right._high);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Integer256 Product(Integer256 weights, Integer256 pair) => new(
        Avx2.MultiplyAddAdjacent(weights._low.AsInt16(), pair._low.AsInt16()),
        Avx2.MultiplyAddAdjacent(weights._high.AsInt16(), pair._high.AsInt16()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Float256 ToFloat() => new(Vector256.ConvertToSingle(_low), Vector256.ConvertToSingle(_high));
}
