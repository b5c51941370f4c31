using CsCheck;
using LmModel.Guard;

namespace LmModel.Tests.Guard;

public sealed class VerbatimFilterTests
{
    private static readonly Gen<(int Least, int Tokens, int Vocabulary, int Seed)> Cases = Gen.Select(
        Gen.Int[VerbatimFilter.MinLeast, 40], Gen.Int[1, 300], Gen.OneOf(2, 50, 50_000), Gen.Int[0, 1000]);

    [Fact]
    public Task Every_run_of_the_text_is_found_at_every_length_from_the_least_on() => Property.Holds(Cases, 300, c =>
    {
        var text = Filters.RandomTokens(c.Tokens, c.Vocabulary, c.Seed);
        var filter = Filters.Of(c.Least, text);
        for (var length = c.Least; length <= text.Length; length += 1 + (length / 10))
        {
            for (var start = 0; start + length <= text.Length; start++)
            {
                Assert.True(filter.HasRun(text.AsSpan(start, length)));
            }
        }
    });

    [Theory]
    [InlineData(4)]
    [InlineData(12)]
    [InlineData(50)]
    public void Other_runs_are_mistaken_for_one_of_the_text_as_seldom_as_the_filter_states(int least)
    {
        var filter = Filters.Of(least, Filters.RandomTokens(200_000, 50_000, seed: 1));
        var others = Filters.RandomTokens(4_000_000, 50_000, seed: 2);

        var mistaken = 0;
        for (var start = 0; start + least <= others.Length; start++)
        {
            mistaken += filter.HasRun(others.AsSpan(start, least)) ? 1 : 0;
        }

        // 1 in 32 for each of three: about 122 of four million, of which the deviation is 11, more where runs overlap.
        var stated = filter.FalsePositiveRate;
        Assert.InRange(stated, 0.000025, 0.000033);
        Assert.InRange(mistaken / (double)others.Length, 0.7 * stated, 1.3 * stated);
    }

    [Fact]
    public void A_run_with_another_token_in_its_middle_is_not_found()
    {
        var text = Filters.RandomTokens(1000, 1000, seed: 3);
        var filter = Filters.Of(12, text);
        var run = text.AsSpan(100, 12).ToArray();
        var found = 0;
        // Those two at its ends are not in all three of the held runs.
        for (var at = 2; at < run.Length - 2; at++)
        {
            var changed = run.ToArray();
            changed[at] = 1000;
            found += filter.HasRun(changed) ? 1 : 0;
        }

        Assert.Equal(0, found);
    }

    [Fact]
    public void No_run_crosses_from_one_text_into_the_next() => Assert.False(
        Filters.Of(4, [1, 2, 3, 4, 5], [6, 7, 8, 9, 10]).HasRun([4, 5, 6, 7]));

    [Fact]
    public void A_filter_takes_seven_bits_for_a_token() => Assert.InRange(
        Filters.Of(12, Filters.RandomTokens(100_000, 3000, seed: 4)).Words.Length * 64.0 / 100_000, 7.2, 7.3);

    [Theory]
    [InlineData(11)]
    [InlineData(1025)]
    public void A_rule_names_the_lengths_that_the_filter_serves(int run) => Assert.Equal(
        $"The verbatim.filter of the model refuses runs of 12 to 1024 tokens, not of {run}; lm guard --verbatim makes "
            + "another one.",
        Assert.Throws<ArgumentException>(
            () => VerbatimRule.Of(Filters.Of(12, Filters.RandomTokens(100, 9, seed: 5)), run)).Message);

    [Fact]
    public void A_rule_without_a_filter_names_the_command_that_makes_one() => Assert.Equal(
        "The model folder has no verbatim.filter, which lm guard MODEL --training TEXT makes.",
        Assert.Throws<ArgumentException>(() => VerbatimRule.Of(null, 12)).Message);
}
