using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using LmModel.Numerics;

namespace LmModel.Training.Backpropagation;

/// <summary>
/// How the factors and results of a training's matrix products lie in memory; between products all is fp32.
/// </summary>
internal unsafe interface INumberFormat<T>
    where T : unmanaged
{
    /// <summary>16 numbers.</summary>
    static abstract Float512 Load(T* source);

    /// <summary>16 numbers, rounded to nearest, halves to even.</summary>
    static abstract void Store(Float512 value, T* target);
}

internal readonly unsafe struct Fp32Format : INumberFormat<float>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float512 Load(float* source) => Float512.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Float512 value, float* target) => value.Store(target);
}

internal readonly unsafe struct Bf16Format : INumberFormat<ushort>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float512 Load(ushort* source)
    {
        var (low, high) = Vector256.Widen(Vector256.Load(source));
        return new((Vector512.Create(low, high) << 16).AsSingle());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Float512 value, ushort* target)
    {
        // Half a unit of the last place that stays, a little less where that is even: the carry rounds.
        var bits = value.Value.AsUInt32();
        var rounded = (bits + Vector512.Create(0x7FFFu) + ((bits >> 16) & Vector512<uint>.One)) >> 16;
        Vector256.Narrow(rounded.GetLower(), rounded.GetUpper()).Store(target);
    }
}

/// <summary>Loads and stores of a row's end, where fewer than 16 numbers are left.</summary>
internal static unsafe class Partial<TFormat, T>
    where TFormat : struct, INumberFormat<T>
    where T : unmanaged
{
    private const int Lanes = 16;

    /// <summary>The first <paramref name="count"/> numbers, zeros after them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float512 Load(T* source, int count) => count >= Lanes ? TFormat.Load(source) : LoadEnd(source, count);

    /// <summary>The first <paramref name="count"/> numbers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Float512 value, T* target, int count)
    {
        if (count >= Lanes)
        {
            TFormat.Store(value, target);
        }
        else
        {
            StoreEnd(value, target, count);
        }
    }

    private static Float512 LoadEnd(T* source, int count)
    {
        var padded = stackalloc T[Lanes];
        new Span<T>(padded, Lanes).Clear();
        new Span<T>(source, count).CopyTo(new Span<T>(padded, Lanes));
        return TFormat.Load(padded);
    }

    private static void StoreEnd(Float512 value, T* target, int count)
    {
        var padded = stackalloc T[Lanes];
        TFormat.Store(value, padded);
        new Span<T>(padded, count).CopyTo(new Span<T>(target, count));
    }
}
