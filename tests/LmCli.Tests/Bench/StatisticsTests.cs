using LmCli.Bench.Measures;

namespace LmCli.Tests.Bench;

public sealed class StatisticsTests
{
    [Theory]
    [InlineData(0.50, 50)]
    [InlineData(0.95, 95)]
    [InlineData(0.99, 99)]
    [InlineData(1.00, 100)]
    [InlineData(0.001, 1)]
    public void A_percentile_of_a_hundred_values_is_one_of_the_values(double p, double expected) =>
        Assert.Equal(expected, Percentiles.OfSorted([.. Enumerable.Range(1, 100).Select(i => (double)i)], p));

    [Fact]
    public void Percentiles_sort_their_values_and_a_single_value_is_every_percentile()
    {
        Assert.Equal(new Percentiles(2, 3, 3), Percentiles.Of([3, 1, 2]));
        Assert.Equal(new Percentiles(7, 7, 7), Percentiles.Of([7]));
        Assert.True(double.IsNaN(Percentiles.Of([]).P99));
    }

    [Fact]
    public void A_spread_contains_the_median_and_both_extremes()
    {
        Assert.Equal(new Spread(2, 1, 9), Spread.Of([9, 1, 2]));
        Assert.Equal(new Spread(1.5, 1, 2), Spread.Of([2, 1]));
        Assert.Equal("1,234 (0.500–99.5)", new Spread(1234.4, 0.5, 99.54).ToString());
    }

    [Fact]
    public void Tokens_that_arrive_together_have_zero_time_between_them()
    {
        var times = new StreamTimes();
        times.Begin(10);
        times.Arrived(2, 15);
        times.Arrived(1, 22);

        Assert.Equal([0, 7], times.Between);
        Assert.Equal((10, 15, 22, 3), (times.Begun, times.First, times.Last, times.Tokens));
    }
}
