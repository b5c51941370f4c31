using LmModel.Sampling;
using static LmModel.Tests.Sampling.TestCandidates;

namespace LmModel.Tests.Sampling;

/// <summary>Filters that drop tokens, on random logits.</summary>
public sealed class TruncationProperties
{
    [Fact]
    public void Typical_p_matches_a_sorting_implementation()
    {
        var random = new Random(9);
        for (var round = 0; round < 2_000; round++)
        {
            var logits = RandomLogits(random, 1 + random.Next(40));
            var p = 1 - (float)random.NextDouble();
            var candidates = Of(logits);

            new TypicalP(p).Apply(candidates);

            Assert.Equal(TypicalBySorting(logits, p).Order(), candidates.Ids.ToArray());
        }
    }

    [Fact]
    public void Top_k_matches_a_sorting_implementation()
    {
        var random = new Random(1);
        for (var round = 0; round < 2_000; round++)
        {
            var logits = RandomLogits(random, 1 + random.Next(40));
            var k = 1 + random.Next(logits.Length);
            var candidates = Of(logits);

            new TopK(k).Apply(candidates);

            Assert.Equal(BestFirst(logits).Take(k).Order(), candidates.Ids.ToArray());
        }
    }

    [Fact]
    public void Top_p_matches_a_sorting_implementation()
    {
        var random = new Random(2);
        for (var round = 0; round < 2_000; round++)
        {
            var logits = RandomLogits(random, 1 + random.Next(40));
            var p = 1 - (float)random.NextDouble();
            var candidates = Of(logits);

            new TopP(p).Apply(candidates);

            Assert.Equal(NucleusBySorting(logits, p).Order(), candidates.Ids.ToArray());
        }
    }

    [Fact]
    public void Every_chain_of_filters_keeps_at_least_one_token()
    {
        var random = new Random(3);
        for (var round = 0; round < 2_000; round++)
        {
            var logits = RandomLogits(random, 1 + random.Next(20));
            var candidates = Of(logits);

            new Temperature(MathF.Pow(10, random.Next(-40, 4))).Apply(candidates);
            new TopK(1 + random.Next(30)).Apply(candidates);
            new TopP(1 - (float)random.NextDouble()).Apply(candidates);
            new MinP((float)random.NextDouble()).Apply(candidates);

            Assert.Contains(BestFirst(logits).First(), candidates.Ids.ToArray());

            new Mirostat((float)random.NextDouble(), 1).Apply(candidates);
            Assert.Contains(BestFirst(logits).First(), candidates.Ids.ToArray());

            new TypicalP(1 - (float)random.NextDouble()).Apply(candidates);
            Assert.InRange(candidates.Count, 1, logits.Length);
        }
    }

    private static List<int> NucleusBySorting(float[] logits, float p)
    {
        var total = logits.Sum(l => (double)MathF.Exp(l - logits.Max()));
        var nucleus = new List<int>();
        var sum = 0.0;
        foreach (var id in BestFirst(logits))
        {
            if (sum >= p * total * (1 - 1e-6))
                break;
            nucleus.Add(id);
            sum += MathF.Exp(logits[id] - logits.Max());
        }

        return nucleus;
    }

    private static List<int> TypicalBySorting(float[] logits, float p)
    {
        var max = logits.Max();
        var total = logits.Sum(l => Math.Exp(l - max));
        var mean = logits.Where(l => l > float.NegativeInfinity).Sum(l => Math.Exp(l - max) / total * l);
        var typical = new List<int>();
        var sum = 0.0;
        foreach (
            var id in Enumerable
                .Range(0, logits.Length)
                .OrderBy(id => (float)Math.Abs(mean - logits[id]))
                .ThenBy(id => id))
        {
            if (sum >= p * total * (1 - 1e-6))
                break;
            typical.Add(id);
            sum += Math.Exp(logits[id] - max);
        }

        return typical;
    }
}
