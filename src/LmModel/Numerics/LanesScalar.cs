using System.Runtime.CompilerServices;

namespace LmModel.Numerics;

/// <summary>16 floats one by one: the reference for the vectors, and the implementation if there are none.</summary>
[InlineArray(16)]
internal unsafe struct FloatScalar : IFloatLanes<FloatScalar>
{
    private float _first;

    public static bool IsWide => false;

    public static FloatScalar operator +(FloatScalar left, FloatScalar right) => Map(left, right, (x, y) => x + y);

    public static FloatScalar operator -(FloatScalar left, FloatScalar right) => Map(left, right, (x, y) => x - y);

    public static FloatScalar operator *(FloatScalar left, FloatScalar right) => Map(left, right, (x, y) => x * y);

    public static FloatScalar operator /(FloatScalar left, FloatScalar right) => Map(left, right, (x, y) => x / y);

    public static FloatScalar Create(float value)
    {
        FloatScalar result = default;
        ((Span<float>)result).Fill(value);
        return result;
    }

    public static FloatScalar Load(float* source)
    {
        FloatScalar result = default;
        new ReadOnlySpan<float>(source, 16).CopyTo(result);
        return result;
    }

    public static FloatScalar LoadEven(ushort* source) => LoadBf16(source, 2);

    public static FloatScalar LoadOdd(ushort* source) => LoadBf16(source + 1, 2);

    public static FloatScalar LoadBf16(ushort* source) => LoadBf16(source, 1);

    public static FloatScalar MultiplyAdd(FloatScalar a, FloatScalar b, FloatScalar c)
    {
        FloatScalar result = default;
        for (var i = 0; i < 16; i++)
        {
            result[i] = FusedMultiplyAdd.Of(a[i], b[i], c[i]);
        }

        return result;
    }

    public static FloatScalar Min(FloatScalar left, FloatScalar right) => Map(left, right, (x, y) => x < y ? x : y);

    public static FloatScalar Max(FloatScalar left, FloatScalar right) => Map(left, right, (x, y) => x > y ? x : y);

    public static FloatScalar Sqrt(FloatScalar value) => Map(value, value, (x, _) => MathF.Sqrt(x));

    public static FloatScalar Round(FloatScalar value) => Map(value, value, (x, _) => MathF.Round(x));

    public static FloatScalar Scale(FloatScalar value, FloatScalar exponent) => Map(
        value, exponent, (x, e) => BitConverter.Int32BitsToSingle(BitConverter.SingleToInt32Bits(x) + ((int)e << 23)));

    public static bool AreFinite(FloatScalar value)
    {
        for (var i = 0; i < 16; i++)
        {
            if (!float.IsFinite(value[i]))
            {
                return false;
            }
        }

        return true;
    }

    public readonly void Store(float* target) => ((ReadOnlySpan<float>)this).CopyTo(new Span<float>(target, 16));

    public readonly void StoreBf16(ushort* target)
    {
        for (var i = 0; i < 16; i++)
        {
            var bits = BitConverter.SingleToUInt32Bits(this[i]);
            target[i] = (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
        }
    }

    public readonly void StoreShorts(short* target)
    {
        for (var i = 0; i < 16; i++)
        {
            target[i] = (short)this[i];
        }
    }

    private static FloatScalar LoadBf16(ushort* source, int stride)
    {
        FloatScalar result = default;
        for (var i = 0; i < 16; i++)
        {
            result[i] = BitConverter.UInt32BitsToSingle((uint)source[stride * i] << 16);
        }

        return result;
    }

    private static FloatScalar Map(FloatScalar left, FloatScalar right, Func<float, float, float> operation)
    {
        FloatScalar result = default;
        for (var i = 0; i < 16; i++)
        {
            result[i] = operation(left[i], right[i]);
        }

        return result;
    }
}

/// <summary>16 sums one by one.</summary>
[InlineArray(32)]
internal unsafe struct IntegerScalar : IIntegerLanes<IntegerScalar, FloatScalar>
{
    // A sum stands in the first 16; weights and activations, which come in pairs, take all.
    private int _first;

    public static IntegerScalar Zero => default;

    public static IntegerScalar LoadWeights(sbyte* source)
    {
        IntegerScalar result = default;
        for (var i = 0; i < 32; i++)
        {
            result[i] = source[i];
        }

        return result;
    }

    public static IntegerScalar Broadcast(short* pair)
    {
        IntegerScalar result = default;
        for (var i = 0; i < 32; i++)
        {
            result[i] = pair[i % 2];
        }

        return result;
    }

    public static IntegerScalar operator +(IntegerScalar left, IntegerScalar right)
    {
        for (var i = 0; i < 16; i++)
        {
            left[i] += right[i];
        }

        return left;
    }

    public static IntegerScalar Product(IntegerScalar weights, IntegerScalar pair)
    {
        IntegerScalar result = default;
        for (var i = 0; i < 16; i++)
        {
            result[i] = (weights[2 * i] * pair[2 * i]) + (weights[(2 * i) + 1] * pair[(2 * i) + 1]);
        }

        return result;
    }

    public readonly FloatScalar ToFloat()
    {
        FloatScalar result = default;
        for (var i = 0; i < 16; i++)
        {
            result[i] = this[i];
        }

        return result;
    }
}
