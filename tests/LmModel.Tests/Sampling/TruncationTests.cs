using LmModel.Sampling;
using static LmModel.Tests.Sampling.TestCandidates;

namespace LmModel.Tests.Sampling;

/// <summary>Filters that drop tokens, on cases computed by hand.</summary>
public sealed class TruncationTests
{
    [Theory]
    [InlineData(1, new[] { 1 })]
    [InlineData(2, new[] { 1, 3 })]
    [InlineData(3, new[] { 0, 1, 3 })]
    [InlineData(4, new[] { 0, 1, 2, 3 })]
    [InlineData(9, new[] { 0, 1, 2, 3, 4 })]
    public void Top_k_keeps_the_k_best_tokens_and_prefers_lower_ids_among_ties(int k, int[] expected)
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
    public void Top_p_of_ten_equal_tokens_keeps_exactly_the_decimal_share_of_lowest_ids(float p, int expected)
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
    public void Min_p_keeps_tokens_relative_to_the_most_probable_one(float m, int[] expected)
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
    public void Typical_p_keeps_the_tokens_closest_to_the_expected_surprise_until_p_is_reached(float p, int[] expected)
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
    public void Negative_and_positive_zero_are_equal()
    {
        var candidates = Of(-0f, 0f, -1);

        new TopK(1).Apply(candidates);

        Assert.Equal([0], candidates.Ids);
    }

    [Theory]
    [InlineData(0.4f, new[] { 2 })]
    [InlineData(0.51f, new[] { 2 })]
    [InlineData(1.01f, new[] { 0, 2 })]
    [InlineData(1.51f, new[] { 0, 1, 2, 3 })]
    public void Mirostat_initially_allows_surprises_up_to_twice_its_target(float tau, int[] expected)
    {
        var candidates = OfProbabilities(0.25, 0.125, 0.5, 0.125);

        new Mirostat(tau, 0.1f).Apply(candidates);

        Assert.Equal(expected, candidates.Ids);
    }

    [Fact]
    public void Mirostat_lowers_its_bound_after_a_surprising_token_and_raises_it_otherwise()
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
}
