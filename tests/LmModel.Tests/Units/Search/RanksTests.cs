using LmModel.Units.Search;

namespace LmModel.Tests.Units.Search;

public sealed class RanksTests
{
    [Fact]
    public void Equal_values_share_the_mean_of_their_ranks() =>
        Assert.Equal([1.5f, 4, 1.5f, 3], Ranks.Of([0.5f, 7, 0.5f, 2]));

    [Theory]
    [InlineData(new float[] { 1, 2, 3, 4 }, new[] { false, false, true, true }, 1)]
    [InlineData(new float[] { 1, 2, 3, 4 }, new[] { true, true, false, false }, 0)]
    [InlineData(new float[] { 1, 2, 3, 4 }, new[] { false, true, false, true }, 0.75)]
    [InlineData(new float[] { 1, 1, 1, 1 }, new[] { false, true, false, true }, 0.5)]
    [InlineData(new float[] { 1, 2, 2, 3 }, new[] { false, false, true, true }, 0.875)]
    [InlineData(new float[] { 1, 2 }, new[] { true, true }, double.NaN)]
    public void The_auc_counts_pairs_in_the_right_order(float[] values, bool[] labels, double expected) =>
        Assert.Equal(expected, Ranks.Auc(Ranks.Of(values), labels));

    [Fact]
    public void The_auc_agrees_with_counting_all_pairs()
    {
        var random = new Random(5);
        var values = Enumerable.Range(0, 300).Select(_ => (float)random.Next(40)).ToArray();
        var labels = values.Select(value => random.Next(60) < value).ToArray();
        var pairs =
            from first in Enumerable.Range(0, 300).Where(i => labels[i])
            from other in Enumerable.Range(0, 300).Where(i => !labels[i])
            select values[first] > values[other] ? 1 : values[first] == values[other] ? 0.5 : 0;

        Assert.Equal(pairs.Average(), Ranks.Auc(Ranks.Of(values), labels), 1e-12);
    }
}
