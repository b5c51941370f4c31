using LmModel.Guard;

namespace LmModel.Tests.Guard;

public sealed class CopiedRunsTests
{
    [Fact]
    public void Runs_of_the_text_are_found_and_joined_where_they_overlap()
    {
        var filter = Filters.Of(5, [.. Enumerable.Range(0, 40)]);
        int[] text = [90, 91, 10, 11, 12, 13, 14, 15, 92, 20, 21, 22, 23, 93, 30, 31, 32, 33, 34];
        Assert.Equal([(2, 6), (14, 5)], CopiedRuns.Of(filter, text));
    }

    [Fact]
    public void A_text_that_is_shorter_than_a_run_has_none() =>
        Assert.Empty(CopiedRuns.Of(Filters.Of(5, [.. Enumerable.Range(0, 40)]), [1, 2, 3, 4]));
}
