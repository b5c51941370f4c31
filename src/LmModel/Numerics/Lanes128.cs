using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace LmModel.Numerics;

/// <summary>16 floats in four vectors, for all processors with vectors of 128 bits: NEON and SSE.</summary>
internal readonly unsafe struct Float128(
    Vector128<float> a, Vector128<float> b, Vector128<float> c, Vector128<float> d) : IFloatLanes<Float128>
{
    private readonly Vector128<float> _a = a;
    private readonly Vector128<float> _b = b;
    private readonly Vector128<float> _c = c;
    private readonly Vector128<float> _d = d;

    public static bool IsSupported => Vector128.IsHardwareAccelerated;

    public static bool IsWide => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float128 operator +(Float128 left, Float128 right) => new(
        left._a + right._a, left._b + right._b,
        left._c + right._c, left._d + right._d);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float128 operator -(Float128 left, Float128 right) => new(
        left._a - right._a, left._b - right._b,
        left._c - right._c, left._d - right._d);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float128 operator *(Float128 left, Float128 right) => new(
        left._a * right._a, left._b * right._b,
        left._c * right._c, left._d * right._d);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float128 operator /(Float128 left, Float128 right) => new(
        left._a / right._a, left._b / right._b,
        left._c / right._c, left._d / right._d);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float128 Create(float value)
    {
        var all = Vector128.Create(value);
        return new(all, all, all, all);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float128 Load(float* source) => new(
        Vector128.Load(source), Vector128.Load(source + 4), Vector128.Load(source + 8), Vector128.Load(source + 12));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float128 LoadEven(ushort* source) => new(
        (Vector128.Load((uint*)source) << 16).AsSingle(),
        (Vector128.Load((uint*)source + 4) << 16).AsSingle(),
        (Vector128.Load((uint*)source + 8) << 16).AsSingle(),
        (Vector128.Load((uint*)source + 12) << 16).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float128 LoadOdd(ushort* source)
    {
        var mask = Vector128.Create(0xFFFF0000);
        return new(
            (Vector128.Load((uint*)source) & mask).AsSingle(),
            (Vector128.Load((uint*)source + 4) & mask).AsSingle(),
            (Vector128.Load((uint*)source + 8) & mask).AsSingle(),
            (Vector128.Load((uint*)source + 12) & mask).AsSingle());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float128 LoadBf16(ushort* source)
    {
        var (a, b) = Vector128.Widen(Vector128.Load(source));
        var (c, d) = Vector128.Widen(Vector128.Load(source + 8));
        return new((a << 16).AsSingle(), (b << 16).AsSingle(), (c << 16).AsSingle(), (d << 16).AsSingle());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float128 MultiplyAdd(Float128 a, Float128 b, Float128 c) => FusedMultiplyAdd.HasInstruction
        ? new(
            Vector128.FusedMultiplyAdd(a._a, b._a, c._a),
            Vector128.FusedMultiplyAdd(a._b, b._b, c._b),
            Vector128.FusedMultiplyAdd(a._c, b._c, c._c),
            Vector128.FusedMultiplyAdd(a._d, b._d, c._d))
        : MultiplyAddWithoutInstruction(a, b, c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float128 Min(Float128 left, Float128 right) => new(
        Vector128.MinNative(left._a, right._a),
        Vector128.MinNative(left._b, right._b),
        Vector128.MinNative(left._c, right._c),
        Vector128.MinNative(left._d, right._d));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float128 Max(Float128 left, Float128 right) => new(
        Vector128.MaxNative(left._a, right._a),
        Vector128.MaxNative(left._b, right._b),
        Vector128.MaxNative(left._c, right._c),
        Vector128.MaxNative(left._d, right._d));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float128 Sqrt(Float128 value) => new(
        Vector128.Sqrt(value._a), Vector128.Sqrt(value._b), Vector128.Sqrt(value._c), Vector128.Sqrt(value._d));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float128 Round(Float128 value) => new(
        Vector128.Round(value._a), Vector128.Round(value._b), Vector128.Round(value._c), Vector128.Round(value._d));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float128 Scale(Float128 value, Float128 exponent) => new(
        Scale(value._a, exponent._a),
        Scale(value._b, exponent._b),
        Scale(value._c, exponent._c),
        Scale(value._d, exponent._d));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool AreFinite(Float128 value)
    {
        var zero = Vector128<float>.Zero;
        return Vector128.EqualsAll((value._a * zero) + (value._b * zero) + (value._c * zero) + (value._d * zero), zero);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(float* target)
    {
        _a.Store(target);
        _b.Store(target + 4);
        _c.Store(target + 8);
        _d.Store(target + 12);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreBf16(ushort* target)
    {
        Vector128.Narrow(Bf16(_a), Bf16(_b)).Store(target);
        Vector128.Narrow(Bf16(_c), Bf16(_d)).Store(target + 8);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreShorts(short* target)
    {
        Vector128.Narrow(Vector128.ConvertToInt32Native(_a), Vector128.ConvertToInt32Native(_b)).Store(target);
        Vector128.Narrow(Vector128.ConvertToInt32Native(_c), Vector128.ConvertToInt32Native(_d)).Store(target + 8);
    }

    /// <summary>A call, so that it does not use up what a loop may inline.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Float128 MultiplyAddWithoutInstruction(in Float128 a, in Float128 b, in Float128 c) => new(
        FusedMultiplyAdd.Of(a._a, b._a, c._a),
        FusedMultiplyAdd.Of(a._b, b._b, c._b),
        FusedMultiplyAdd.Of(a._c, b._c, c._c),
        FusedMultiplyAdd.Of(a._d, b._d, c._d));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Scale(Vector128<float> value, Vector128<float> exponent) =>
        (value.AsInt32() + (Vector128.ConvertToInt32Native(exponent) << 23)).AsSingle();

    /// <inheritdoc cref="Float512.StoreBf16"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<uint> Bf16(Vector128<float> value)
    {
        var bits = value.AsUInt32();
        return (bits + Vector128.Create(0x7FFFu) + ((bits >> 16) & Vector128<uint>.One)) >> 16;
    }
}

/// <summary>16 sums in four vectors.</summary>
internal readonly unsafe struct Integer128(
    Vector128<int> a, Vector128<int> b, Vector128<int> c, Vector128<int> d) : IIntegerLanes<Integer128, Float128>
{
    private readonly Vector128<int> _a = a;
    private readonly Vector128<int> _b = b;
    private readonly Vector128<int> _c = c;
    private readonly Vector128<int> _d = d;

    public static Integer128 Zero => default;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Integer128 LoadWeights(sbyte* source)
    {
        var (low, high) = (Vector128.Load(source), Vector128.Load(source + 16));
        return new(
            Vector128.WidenLower(low).AsInt32(), Vector128.WidenUpper(low).AsInt32(),
            Vector128.WidenLower(high).AsInt32(), Vector128.WidenUpper(high).AsInt32());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Integer128 Broadcast(short* pair)
    {
        var all = Vector128.Create(*(int*)pair);
        return new(all, all, all, all);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Integer128 operator +(Integer128 left, Integer128 right) => new(
        left._a + right._a, left._b + right._b, left._c + right._c, left._d + right._d);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Integer128 Product(Integer128 weights, Integer128 pair) =>
        new(
            Product(weights._a, pair._a),
            Product(weights._b, pair._b),
            Product(weights._c, pair._c),
            Product(weights._d, pair._d));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Float128 ToFloat() => new(
        Vector128.ConvertToSingle(_a),
        Vector128.ConvertToSingle(_b),
        Vector128.ConvertToSingle(_c),
        Vector128.ConvertToSingle(_d));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> Product(Vector128<int> weights, Vector128<int> pair) =>
        Sse2.IsSupported ? Sse2.MultiplyAddAdjacent(weights.AsInt16(), pair.AsInt16()) : PlainProduct(weights, pair);

    /// <summary>The same for processors without the instruction.</summary>
    internal static Vector128<int> PlainProduct(Vector128<int> weights, Vector128<int> pair) =>
        (((weights << 16) >> 16) * ((pair << 16) >> 16)) + ((weights >> 16) * (pair >> 16));
}
