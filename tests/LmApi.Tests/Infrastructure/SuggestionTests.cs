using LmApi.Infrastructure.Json;

namespace LmApi.Tests.Infrastructure;

public sealed class SuggestionTests
{
    [Theory]
    [InlineData("", "", 0)]
    [InlineData("abc", "abc", 0)]
    [InlineData("abc", "", 3)]
    [InlineData("abc", "acb", 1)]
    [InlineData("temprature", "temperature", 1)]
    [InlineData("kitten", "sitting", 3)]
    public void Distance_counts_inserted_removed_replaced_and_swapped_characters(string from, string to, int distance)
    {
        Assert.Equal(distance, Suggestion.Distance(from, to));
        Assert.Equal(distance, Suggestion.Distance(to, from));
    }

    [Fact]
    public void A_name_that_resembles_nothing_gets_no_suggestion() =>
        Assert.Null(Suggestion.For("xyzzy", ["prompt", "stop"]));

    [Fact]
    public void Long_names_get_no_suggestion() => Assert.Null(Suggestion.For(new string('p', 100_000), ["prompt"]));
}
