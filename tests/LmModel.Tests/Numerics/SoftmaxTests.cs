using LmModel.Numerics;
using LmModel.Sampling;

namespace LmModel.Tests.Numerics;

public sealed class SoftmaxTests
{
    private static readonly int[] Lengths = [1, 2, 7, 8, 9, 15, 16, 17, 65, 256, 1000];

    [Fact]
    public void The_vectorized_sums_match_scalar_sums()
    {
        var random = new Random(6);
        foreach (var length in Lengths)
        {
            foreach (var scale in (float[])[0, 1e-3f, 1, 30, 1e4f])
            {
                float[] x = [.. Enumerable.Range(0, length).Select(_ => (random.NextSingle() - 0.5f) * scale)];
                x[random.Next(length)] = random.Next(2) == 0 ? float.NegativeInfinity : x[0];
                x[random.Next(length)] = scale;
                var weights = new float[(length + 7) / 8 * 8];

                var max = Softmax.Max(x);
                var total = Softmax.Weights(x, max, weights);

                Assert.Equal(x.Max(), max);
                Assert.Equal(Array.IndexOf(x, max), Softmax.IndexOf(x, max));
                var plain = x.Sum(v => Math.Exp(v - max));
                Assert.Equal(1, Softmax.Total(x, max) / plain, 1e-11);
                Assert.Equal(1, total / plain, 1e-7);
                for (var i = 0; i < length; i++)
                    Assert.Equal(MathF.Exp(x[i] - max), weights[i], MathF.Max(weights[i] * 2e-7f, float.Epsilon));
                Assert.All(weights[length..], weight => Assert.Equal(0, weight));
            }
        }
    }

    /// <summary>
    /// Golden: a seed gives its token on every machine. DOTNET_EnableAVX2=0 must not change it either.
    /// </summary>
    [Fact]
    public void The_sums_are_bit_identical_on_every_machine()
    {
        float[] x = [.. Enumerable.Range(0, 1000).Select(i => i * 7919 % 1000 / -64f)];

        Assert.Equal(4634239291818740289, BitConverter.DoubleToInt64Bits(Softmax.Total(x, 0)));
        Assert.Equal(4634239291803721348, BitConverter.DoubleToInt64Bits(Softmax.Weights(x, 0, new float[1000])));
    }

    [Fact]
    public void The_logarithm_is_accurate_to_15_digits_and_bit_identical_on_every_machine()
    {
        var random = new Random(3);
        foreach (
            var x in Enumerable
                .Range(0, 10_000)
                .Select(_ => Math.Pow(10, (random.NextDouble() * 600) - 300))
                .Concat([
                    1,
                    2,
                    0.5,
                    Math.Sqrt(2),
                    Math.Sqrt(0.5),
                    double.MaxValue,
                    Math.BitIncrement(1),
                    Math.BitDecrement(1),
                ]))
        {
            Assert.Equal(Math.Log(x), Softmax.Log(x), Math.Abs(Math.Log(x)) * 1e-15);
        }

        Assert.Equal(4607626529066517258, BitConverter.DoubleToInt64Bits(Softmax.Log(3)));
    }

    [Fact]
    public void NaN_is_not_lost_in_any_lane()
    {
        foreach (var length in Lengths)
        {
            for (var i = 0; i < length; i++)
            {
                var x = new float[length];
                Assert.True(Softmax.AllBelowInfinity(x));
                foreach (var odd in (float[])[float.NaN, float.PositiveInfinity])
                {
                    x[i] = odd;
                    Assert.False(Softmax.AllBelowInfinity(x));
                    Assert.True(double.IsNaN(Logprobs.LogSumExp(x)));
                }
            }

            float[] none = [.. Enumerable.Repeat(float.NegativeInfinity, length)];
            Assert.True(Softmax.AllBelowInfinity(none));
            Assert.True(double.IsNaN(Logprobs.LogSumExp(none)));
        }
    }

    [Fact]
    public void A_draw_returns_the_first_token_whose_cumulative_sum_exceeds_the_number()
    {
        var random = new Random(8);
        foreach (var length in Lengths)
        {
            for (var round = 0; round < 500; round++)
            {
                float[] x = [.. Enumerable.Range(0, length).Select(
                    _ => random.Next(3) == 0 ? float.NegativeInfinity : (float)Math.Log(1 << random.Next(4)))];
                x[random.Next(length)] = 0;
                var candidates = new Candidates(length);
                candidates.Reset(x);
                var u = round == 0 ? 1 - Math.Pow(2, -53) : round == 1 ? 0 : random.NextDouble();

                var found = candidates.Find(u, out var probability);

                var total = x.Sum(v => Math.Exp(v));
                Assert.InRange(
                    u,
                    (x[..found].Sum(v => Math.Exp(v)) / total) - 1e-6,
                    (x[..(found + 1)].Sum(v => Math.Exp(v)) / total) + 1e-6);
                Assert.Equal(Math.Exp(x[found]) / total, probability, 1e-6);
                Assert.NotEqual(float.NegativeInfinity, x[found]);
            }
        }
    }
}
