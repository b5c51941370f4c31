using LmModel.Numerics;

namespace LmModel.Tests.Numerics;

public sealed class PhiloxTests
{
    /// <summary>The vectors of Random123, <c>tests/kat_vectors</c>, philox4x32 with 10 rounds.</summary>
    [Fact]
    public void Output_matches_the_published_test_vectors()
    {
        Assert.Equal(
            (0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u),
            Philox.Block((0, 0, 0, 0), (0, 0)));
        Assert.Equal(
            (0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu),
            Philox.Block((uint.MaxValue, uint.MaxValue, uint.MaxValue, uint.MaxValue), (uint.MaxValue, uint.MaxValue)));
        Assert.Equal(
            (0xd16cfe09u, 0x94fdccebu, 0x5001e420u, 0x24126ea1u),
            Philox.Block((0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344), (0xa4093822, 0x299f31d0)));
    }

    [Fact]
    public void Numbers_are_uniformly_distributed_in_the_unit_interval()
    {
        var counts = new int[10];
        for (var position = 0; position < 100_000; position++)
        {
            var u = Philox.Uniform(42, 0, position);
            Assert.InRange(u, 0, 0.9999999999999999);
            counts[(int)(u * 10)]++;
        }

        // 10,000 expected; the standard deviation is 95.
        Assert.All(counts, count => Assert.InRange(count, 9_600, 10_400));
    }

    [Fact]
    public void Seed_stream_and_position_each_affect_both_halves_of_the_number()
    {
        var numbers = new HashSet<double>();
        long[] values = [0, 1, -1, 1L << 32, long.MinValue, long.MaxValue];
        foreach (var seed in values)
        {
            foreach (var stream in values)
            {
                foreach (var position in values)
                    numbers.Add(Philox.Uniform(seed, stream, position));
            }
        }

        Assert.Equal(values.Length * values.Length * values.Length, numbers.Count);
    }
}
