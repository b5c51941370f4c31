namespace LmModel.Numerics;

/// <summary>
/// 16 floats in one, two or four vectors, or in a loop. Every operation rounds each lane according to IEEE 754, so all
/// implementations give the same bits, and a text is the same on every processor.
/// </summary>
internal unsafe interface IFloatLanes<T>
    where T : struct, IFloatLanes<T>
{
    /// <summary>16 of these fit into the registers, with room for operands.</summary>
    static abstract bool IsWide { get; }

    static abstract T operator +(T left, T right);

    static abstract T operator -(T left, T right);

    static abstract T operator *(T left, T right);

    static abstract T operator /(T left, T right);

    static abstract T Create(float value);

    static abstract T Load(float* source);

    /// <summary>The first bfloat16 of each of 16 pairs, exactly.</summary>
    static abstract T LoadEven(ushort* source);

    /// <summary>The second bfloat16 of each of 16 pairs, exactly.</summary>
    static abstract T LoadOdd(ushort* source);

    /// <summary>16 bfloat16, exactly.</summary>
    static abstract T LoadBf16(ushort* source);

    /// <summary>a · b + c, rounded once.</summary>
    static abstract T MultiplyAdd(T a, T b, T c);

    /// <summary>For numbers only; the result for a NaN depends on the processor.</summary>
    static abstract T Min(T left, T right);

    /// <inheritdoc cref="Min"/>
    static abstract T Max(T left, T right);

    static abstract T Sqrt(T value);

    /// <summary>To the nearest integer, halves to even.</summary>
    static abstract T Round(T value);

    /// <summary>value · 2^exponent, for an integral exponent that leaves the result a normal number.</summary>
    static abstract T Scale(T value, T exponent);

    /// <summary>None is NaN or infinite.</summary>
    static abstract bool AreFinite(T value);

    void Store(float* target);

    /// <summary>Stores numbers as bfloat16, rounded to nearest, halves to even. NaN is not kept.</summary>
    void StoreBf16(ushort* target);

    /// <summary>Stores numbers that are integral and within the range of a short.</summary>
    void StoreShorts(short* target);
}
