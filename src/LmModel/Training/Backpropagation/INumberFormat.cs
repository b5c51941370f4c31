using System.Runtime.CompilerServices;
using LmModel.Numerics;

namespace LmModel.Training.Backpropagation;

/// <summary>
/// The format in memory of the factors and results of a training's matrix products; between the products everything is
/// fp32.
/// </summary>
/// <typeparam name="F">16 floats of some vector width.</typeparam>
/// <typeparam name="T">A number in memory.</typeparam>
internal unsafe interface INumberFormat<F, T>
    where F : struct, IFloatLanes<F>
    where T : unmanaged
{
    /// <summary>Loads 16 numbers.</summary>
    static abstract F Load(T* source);

    /// <summary>Stores 16 numbers, rounded to the nearest value, ties to even.</summary>
    static abstract void Store(F value, T* target);
}

internal readonly unsafe struct Fp32Format<F> : INumberFormat<F, float>
    where F : struct, IFloatLanes<F>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F Load(float* source) => F.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(F value, float* target) => value.Store(target);
}

internal readonly unsafe struct Bf16Format<F> : INumberFormat<F, ushort>
    where F : struct, IFloatLanes<F>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F Load(ushort* source) => F.LoadBf16(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(F value, ushort* target) => value.StoreBf16(target);
}

/// <summary>Loads and stores the end of a row, where fewer than 16 numbers are left.</summary>
internal static unsafe class Partial<F, TFormat, T>
    where F : struct, IFloatLanes<F>
    where TFormat : struct, INumberFormat<F, T>
    where T : unmanaged
{
    private const int Lanes = 16;

    /// <summary>Loads the first <paramref name="count"/> numbers, followed by zeros.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F Load(T* source, int count) => count >= Lanes ? TFormat.Load(source) : LoadEnd(source, count);

    /// <summary>Stores the first <paramref name="count"/> numbers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(F value, T* target, int count)
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

    private static F LoadEnd(T* source, int count)
    {
        var padded = stackalloc T[Lanes];
        new Span<T>(padded, Lanes).Clear();
        new Span<T>(source, count).CopyTo(new Span<T>(padded, Lanes));
        return TFormat.Load(padded);
    }

    private static void StoreEnd(F value, T* target, int count)
    {
        var padded = stackalloc T[Lanes];
        TFormat.Store(value, padded);
        new Span<T>(padded, count).CopyTo(new Span<T>(target, count));
    }
}
