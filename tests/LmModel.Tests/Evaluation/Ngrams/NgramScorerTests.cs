using LmModel.Evaluation.Ngrams;
using LmModel.Numerics;

namespace LmModel.Tests.Evaluation.Ngrams;

public sealed class NgramScorerTests
{
    private static readonly int[] Ababa = [0, 1, 0, 1, 0];

    [Theory]
    // 1: (c + T / V) / (N + T). 2: of a came b twice and nothing else; of b came a twice.
    [InlineData(1, 0, 0, 4.0 / 7)]
    [InlineData(1, 0, 1, 3.0 / 7)]
    [InlineData(2, 0, 0, 4.0 / 21)]
    [InlineData(2, 0, 1, 17.0 / 21)]
    [InlineData(2, 1, 0, 18.0 / 21)]
    [InlineData(2, 1, 1, 3.0 / 21)]
    public void Witten_Bell_matches_a_manual_calculation(int order, int context, int token, double expected) =>
        Assert.Equal(expected, Probability(Ababa, 2, Smoothing.WittenBell, order, context, token), 1e-12);

    [Theory]
    // 1, the highest: counts 3 and 2, discounts 3/2 and 1, as there are too few to estimate from.
    [InlineData(1, 0, 0, (1.5 + (2.5 / 2)) / 5)]
    // 2: below it a follows the beginning and b, b follows a; counts 2 and 1 of which 1 and 1/3 are taken.
    [InlineData(2, 0, 1, (1 + (4.0 / 9)) / 2)]
    [InlineData(2, 0, 0, 5.0 / 18)]
    [InlineData(2, 1, 0, (1 + (5.0 / 9)) / 2)]
    public void Kneser_Ney_agrees_with_a_calculation_by_hand(int order, int context, int token, double expected) =>
        Assert.Equal(expected, Probability(Ababa, 2, Smoothing.KneserNey, order, context, token), 1e-12);

    [Fact]
    public void Discounts_match_Chen_and_Goodman()
    {
        // n₁ = 4, n₂ = 2, n₃ = 1, n₄ = 1; Y = 4 / 8.
        var discounts = KneserNeyDiscounts.Of([1, 1, 1, 1, 2, 2, 3, 4, 9]);

        Assert.Equal(new(1 - (2 * 0.5 * 2 / 4), 2 - (3 * 0.5 * 1 / 2), 3 - (4 * 0.5 * 1 / 1)), discounts);
    }

    [Theory]
    [InlineData(nameof(Smoothing.WittenBell))]
    [InlineData(nameof(Smoothing.KneserNey))]
    public void Probabilities_sum_to_1_in_every_context(string smoothingName)
    {
        const int V = 6;
        var smoothing = Enum.Parse<Smoothing>(smoothingName);
        var training = Text(400, V, seed: 1);
        var seen = new HashSet<(int, int, int)>();
        for (var order = 1; order <= 4; order++)
        {
            for (var i = 3; i < 60; i++)
            {
                int[] context = i < 40 ? training[(i - 3)..i] : [i % V, 5, i * i % V];
                Assert.Equal(
                    1,
                    Enumerable.Range(0, V).Sum(w => Probability(training, V, smoothing, order, [.. context, w])),
                    1e-12);
                seen.Add((context[0], context[1], context[2]));
            }
        }

        Assert.True(seen.Count > 20);
    }

    [Theory]
    [InlineData(nameof(Smoothing.WittenBell), 7, 3000)]
    [InlineData(nameof(Smoothing.KneserNey), 7, 3000)]
    [InlineData(nameof(Smoothing.WittenBell), 60, 5000)]
    [InlineData(nameof(Smoothing.KneserNey), 60, 5000)]
    public void Every_order_agrees_with_a_plain_recursion_over_the_text(string smoothingName, int V, int length)
    {
        var smoothing = Enum.Parse<Smoothing>(smoothingName);
        var training = Text(length, V, seed: 3);
        var heldOut = Text(200, V, seed: 4);
        var counts = new NgramCounts(5, V);
        counts.Add(training);

        var scored = NgramScorer.Score(counts, heldOut, smoothing).ToList();

        var plain = new PlainNgrams(training, V, smoothing);
        for (var order = 1; order <= 5; order++)
        {
            for (var i = 1; i < heldOut.Length; i++)
            {
                var p = plain.Probability(
                    heldOut.AsSpan(Math.Max(0, i + 1 - order), Math.Min(order, i + 1)),
                    highest: i + 1 >= order);
                Assert.Equal(-Math.Log(p), scored[order - 1][i - 1], 1e-9);
            }
        }
    }

    [Fact]
    public void N_grams_do_not_cross_text_boundaries()
    {
        var counts = new NgramCounts(2, 3);
        counts.Add([0, 1]);
        counts.Add([2, 0]);

        Assert.Equal(2, counts[2].Count);
        Assert.True(counts[2].Find(counts[1].Find(0, 1), 2) < 0);
        Assert.Equal(4, counts.Tokens);
    }

    [Fact]
    public void Invalid_values_are_refused_with_the_limit_and_the_value()
    {
        Assert.Contains(
            "1 to 32, not 0",
            Assert.Throws<ArgumentOutOfRangeException>(() => new NgramCounts(0, 2)).Message);
        var counts = new NgramCounts(2, 3);
        var counted = Assert.Throws<ArgumentOutOfRangeException>(() => counts.Add([0, 3]));
        Assert.Contains("Token 1 has the id 3", counted.Message);
        var scored = Assert.Throws<ArgumentOutOfRangeException>(
            () => NgramScorer.Score(counts, [-1, 0], default).First());
        Assert.Contains("Token 0 has the id -1", scored.Message);
    }

    private static double Probability(
        int[] training,
        int vocabulary,
        Smoothing smoothing,
        int order,
        params int[] tokens)
    {
        var counts = new NgramCounts(order, vocabulary);
        counts.Add(training);
        return Math.Exp(-NgramScorer.Score(counts, tokens, smoothing).Last()[^1]);
    }

    /// <summary>Tokens that depend on the one before, small ones more often.</summary>
    private static int[] Text(int length, int vocabulary, long seed)
    {
        var text = new int[length];
        for (var i = 1; i < length; i++)
        {
            var u = Philox.Uniform(seed, 0, i);
            text[i] = ((int)(u * u * vocabulary) + (text[i - 1] / 2)) % vocabulary;
        }

        return text;
    }
}
