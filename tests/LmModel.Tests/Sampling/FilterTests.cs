using LmModel.Sampling;

namespace LmModel.Tests.Sampling;

public sealed class FilterTests
{
    [Fact]
    public void Logit_bias_adds_to_the_logits_of_its_tokens()
    {
        var candidates = Of(1, 2, 3);

        new LogitBias(new Dictionary<int, float> { [0] = 5, [2] = -1.5f }).Apply(candidates);

        Assert.Equal([6, 2, 1.5f], candidates.Logits);
    }

    [Fact]
    public void Repetition_penalty_divides_positive_and_multiplies_negative_logits_of_seen_tokens_once()
    {
        var candidates = Of(3, -3, 3, 0);

        new RepetitionPenalty(1.5f, Counts(0, 1, 1, 1, 3)).Apply(candidates);

        Assert.Equal([2, -4.5f, 3, 0], candidates.Logits);
    }

    [Fact]
    public void Presence_penalty_subtracts_once_from_generated_tokens()
    {
        var candidates = Of(3, 3, 3);

        new PresencePenalty(0.5f, Counts(0, 2, 2, 2)).Apply(candidates);

        Assert.Equal([2.5f, 3, 2.5f], candidates.Logits);
    }

    [Fact]
    public void Frequency_penalty_subtracts_for_each_time_a_token_was_generated()
    {
        var candidates = Of(3, 3, 3);

        new FrequencyPenalty(0.5f, Counts(0, 2, 2, 2)).Apply(candidates);

        Assert.Equal([2.5f, 3, 1.5f], candidates.Logits);
    }

    [Theory]
    [InlineData(0.5f, new[] { -4f, -2f, 0f })]
    [InlineData(2f, new[] { -1f, -0.5f, 0f })]
    public void Temperature_divides_the_distances_to_the_best_logit(float temperature, float[] expected)
    {
        var candidates = Of(1, 2, 3);

        new Temperature(temperature).Apply(candidates);

        Assert.Equal(expected, candidates.Logits);
    }

    [Fact]
    public void A_temperature_near_zero_gives_no_infinity_but_below()
    {
        var candidates = Of(1000, 999, -1000);

        new Temperature(float.Epsilon).Apply(candidates);

        Assert.Equal([0, float.NegativeInfinity, float.NegativeInfinity], candidates.Logits);
    }

    [Theory]
    [InlineData(1, new[] { 1 })]
    [InlineData(2, new[] { 1, 3 })]
    [InlineData(3, new[] { 0, 1, 3 })]
    [InlineData(4, new[] { 0, 1, 2, 3 })]
    [InlineData(9, new[] { 0, 1, 2, 3, 4 })]
    public void Top_k_keeps_the_k_best_and_of_equal_ones_the_lower_ids(int k, int[] expected)
    {
        var candidates = Of(1, 5, 1, 2, 1);

        new TopK(k).Apply(candidates);

        Assert.Equal(expected, candidates.Ids);
    }

    [Theory]
    [InlineData(0.01f, new[] { 2 })]
    [InlineData(0.49f, new[] { 2 })]
    [InlineData(0.51f, new[] { 0, 2 })]
    [InlineData(0.74f, new[] { 0, 2 })]
    [InlineData(0.76f, new[] { 0, 1, 2 })]
    [InlineData(0.9f, new[] { 0, 1, 2, 3 })]
    public void Top_p_keeps_the_smallest_set_that_reaches_p(float p, int[] expected)
    {
        var candidates = OfProbabilities(0.25, 0.125, 0.5, 0.125);

        new TopP(p).Apply(candidates);

        Assert.Equal(expected, candidates.Ids);
    }

    [Theory]
    [InlineData(0.1f, 1)]
    [InlineData(0.3f, 3)]
    [InlineData(0.7f, 7)]
    [InlineData(0.9f, 9)]
    [InlineData(0.95f, 10)]
    public void Top_p_of_ten_equal_tokens_keeps_the_lowest_ids_as_a_decimal_p_says(float p, int expected)
    {
        var candidates = Of(new float[10]);

        new TopP(p).Apply(candidates);

        Assert.Equal(Enumerable.Range(0, expected), candidates.Ids.ToArray());
    }

    [Theory]
    [InlineData(1f, new[] { 2 })]
    [InlineData(0.51f, new[] { 2 })]
    [InlineData(0.49f, new[] { 0, 2 })]
    [InlineData(0.24f, new[] { 0, 1, 2, 3 })]
    public void Min_p_keeps_tokens_that_are_so_many_times_as_probable_as_the_best(float m, int[] expected)
    {
        var candidates = OfProbabilities(0.25, 0.125, 0.5, 0.125);

        new MinP(m).Apply(candidates);

        Assert.Equal(expected, candidates.Ids);
    }

    [Theory]
    [InlineData(0.2f, new[] { 0 })]
    [InlineData(0.3f, new[] { 0, 2 })]
    [InlineData(0.76f, new[] { 0, 1, 2 })]
    [InlineData(0.9f, new[] { 0, 1, 2, 3 })]
    public void Typical_p_keeps_the_tokens_nearest_to_the_expected_surprise_that_reach_p(float p, int[] expected)
    {
        // Surprises 2, 3, 1 and 3 bits; 1.75 expected. So the order is 0, 2, 1, 3 by distances 0.25, 0.75, 1.25, 1.25.
        var candidates = OfProbabilities(0.25, 0.125, 0.5, 0.125);

        new TypicalP(p).Apply(candidates);

        Assert.Equal(expected, candidates.Ids);
    }

    [Fact]
    public void Typical_p_may_drop_the_most_probable_token()
    {
        // Surprises of 1.32 bits, and of 4.74 sixteen times; 3.37 expected.
        var candidates = OfProbabilities([0.4, .. Enumerable.Repeat(0.0375, 16)]);

        new TypicalP(0.5f).Apply(candidates);

        Assert.Equal(Enumerable.Range(1, 14), candidates.Ids.ToArray());
    }

    [Fact]
    public void Typical_p_agrees_with_sorting()
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

    [Theory]
    [InlineData(0.4f, new[] { 2 })]
    [InlineData(0.51f, new[] { 2 })]
    [InlineData(1.01f, new[] { 0, 2 })]
    [InlineData(1.51f, new[] { 0, 1, 2, 3 })]
    public void Mirostat_begins_with_surprises_up_to_twice_its_target(float tau, int[] expected)
    {
        var candidates = OfProbabilities(0.25, 0.125, 0.5, 0.125);

        new Mirostat(tau, 0.1f).Apply(candidates);

        Assert.Equal(expected, candidates.Ids);
    }

    [Fact]
    public void Mirostat_lowers_its_bound_after_a_surprise_and_raises_it_after_none()
    {
        var mirostat = new Mirostat(1, 0.5f);
        mirostat.Drawn(1 / 8.0);
        AssertKept(mirostat, 2);
        mirostat.Drawn(1);
        mirostat.Drawn(1);
        mirostat.Drawn(1);
        AssertKept(mirostat, 0, 2);

        static void AssertKept(Mirostat mirostat, params int[] expected)
        {
            var candidates = OfProbabilities(0.25, 0.125, 0.5, 0.125);
            mirostat.Apply(candidates);
            Assert.Equal(expected, candidates.Ids);
        }
    }

    [Fact]
    public void Top_k_agrees_with_sorting()
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
    public void Top_p_agrees_with_sorting()
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
    public void Some_token_survives_every_chain()
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

    [Fact]
    public void Negative_and_positive_zero_are_equal()
    {
        var candidates = Of(-0f, 0f, -1);

        new TopK(1).Apply(candidates);

        Assert.Equal([0], candidates.Ids);
    }

    private static IEnumerable<int> BestFirst(float[] logits) =>
        Enumerable.Range(0, logits.Length).OrderByDescending(id => logits[id]).ThenBy(id => id);

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
        foreach (var id in Enumerable.Range(0, logits.Length).OrderBy(id => (float)Math.Abs(mean - logits[id])).ThenBy(id => id))
        {
            if (sum >= p * total * (1 - 1e-6))
                break;
            typical.Add(id);
            sum += Math.Exp(logits[id] - max);
        }

        return typical;
    }

    /// <summary>Of several magnitudes, with ties and −∞ but never all −∞.</summary>
    private static float[] RandomLogits(Random random, int count)
    {
        var scale = MathF.Pow(10, random.Next(-2, 4));
        var logits = new float[count];
        foreach (ref var logit in logits.AsSpan())
        {
            logit = random.Next(8) switch
            {
                0 => float.NegativeInfinity,
                1 or 2 or 3 => random.Next(-2, 3),
                _ => ((float)random.NextDouble() - 0.5f) * scale,
            };
        }

        logits[random.Next(count)] = 1;
        return logits;
    }

    private static Candidates OfProbabilities(params double[] probabilities) =>
        Of(Array.ConvertAll(probabilities, p => (float)Math.Log(p)));

    private static Candidates Of(params float[] logits)
    {
        var candidates = new Candidates(logits.Length);
        candidates.Reset(logits);
        return candidates;
    }

    private static TokenCounts Counts(params int[] tokens)
    {
        var counts = new TokenCounts(8);
        foreach (var token in tokens)
            counts.Add(token);
        return counts;
    }
}
