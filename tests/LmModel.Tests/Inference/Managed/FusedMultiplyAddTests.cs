using System.Runtime.Intrinsics;
using LmModel.Numerics;

namespace LmModel.Tests.Inference.Managed;

/// <summary>The way without an instruction gives the bits of the instruction.</summary>
public sealed class FusedMultiplyAddTests
{
    private const int Rounds = 2_000_000;

    private static readonly float[] Edges =
    [
        0,
        -0f,
        1,
        -1,
        1.5f,
        3,
        1 + 1.1920929e-7f,
        16777215,
        16777216,
        16777217,
        float.Epsilon,
        -float.Epsilon,
        1.1754944e-38f,
        1.1754942e-38f,
        5.877472e-39f,
        1e-30f,
        1e-20f,
        1.3e-19f,
        2.6469779e-23f,
        float.MaxValue,
        float.MinValue,
        1.8446743e19f,
        float.PositiveInfinity,
        float.NegativeInfinity,
        float.NaN,
        4096.0005f,
        1 / 3f,
        -8388609,
        2.9802322e-8f,
        5.9604645e-8f,
    ];

    [Fact]
    public void Edge_cases_are_rounded_once()
    {
        foreach (var a in Edges)
        {
            foreach (var b in Edges)
            {
                foreach (var c in Edges)
                {
                    Same(a, b, c, c);
                }
            }
        }
    }

    [Fact]
    public void Random_numbers_are_rounded_once()
    {
        var random = new Random(1);
        for (var i = 0; i < Rounds; i++)
        {
            Same(Bits(random), Bits(random), Bits(random), Bits(random));
        }
    }

    /// <summary>
    /// c is half a unit of the last place of the product, and nearly so: where two roundings differ from one.
    /// </summary>
    [Fact]
    public void Sums_halfway_between_two_floats_are_rounded_once()
    {
        var random = new Random(2);
        for (var i = 0; i < Rounds; i++)
        {
            var c = MathF.ScaleB(1 + (random.Next(1 << 23) / 8388608f), random.Next(-60, 60));
            var half = MathF.BitIncrement(c) - c;
            var a = MathF.ScaleB(1 + (random.Next(4) * 1.1920929e-7f), -random.Next(1, 3));
            var b = half * (1 + (random.Next(4) * 1.1920929e-7f)) * (random.Next(2) == 0 ? 1 : -1);
            Same(a, b, c, -c);
        }
    }

    private static void Same(float a, float b, float c, float other)
    {
        var vector = FusedMultiplyAdd.Of(
            Vector128.Create(a, b, a, -a),
            Vector128.Create(b, a, b, b),
            Vector128.Create(c, c, other, other));
        AssertBits(MathF.FusedMultiplyAdd(a, b, c), vector[0], a, b, c);
        AssertBits(MathF.FusedMultiplyAdd(b, a, c), vector[1], b, a, c);
        AssertBits(MathF.FusedMultiplyAdd(a, b, other), vector[2], a, b, other);
        AssertBits(MathF.FusedMultiplyAdd(-a, b, other), vector[3], -a, b, other);
        AssertBits(MathF.FusedMultiplyAdd(a, b, c), FusedMultiplyAdd.WithoutInstruction(a, b, c), a, b, c);
    }

    private static void AssertBits(float expected, float actual, float a, float b, float c)
    {
        // A NaN is a NaN: which one is the processor's matter.
        if (BitConverter.SingleToInt32Bits(expected) != BitConverter.SingleToInt32Bits(actual)
            && !(float.IsNaN(expected) && float.IsNaN(actual)))
        {
            Assert.Fail($"{a:R} * {b:R} + {c:R} is {expected:R}, not {actual:R}");
        }
    }

    /// <summary>Any float; every other one of a size at which products and sums meet.</summary>
    private static float Bits(Random random)
    {
        var bits = random.Next() ^ (random.Next() << 16);
        return BitConverter.Int32BitsToSingle(
            random.Next(2) == 0 ? bits : (bits & ~0x7F800000) | ((100 + random.Next(40)) << 23));
    }
}
