using LmModel.Tokenization;
using LmModel.Units.Search;

namespace LmModel.Tests.Units.Search;

public sealed class FeatureTests
{
    /// <summary>What is not labelled is shown as a low line.</summary>
    [Theory]
    [InlineData("he said, \"go!\" and \"no,\" or \"I--\" ", "_________\"go!______\"no,_____\"I--__")]
    [InlineData("“a” «b» c", "“a__«b___")]
    [InlineData("\"it", "\"it")]
    [InlineData("end\"", "____")]
    [InlineData("said--\"what?\"", "______\"what?_")]
    public void Text_inside_of_quotes_is_labelled(string text, string expected) =>
        Assert.Equal(expected, Labelled(new InsideQuotes(), text));

    [Theory]
    [InlineData("He saw Anna. She ran", "_______Anna_________")]
    [InlineData("to Ann, I and Cap'n Bill\nTed", "___Ann________Cap___Bill____")]
    [InlineData("and \"Bob\" to mAx or Max", "____________________Max")]
    public void Capitalized_words_within_a_sentence_are_labelled(string text, string expected) =>
        Assert.Equal(expected, Labelled(new CapitalizedName(), text));

    [Theory]
    [InlineData("aa", "baaa", "__aa")]
    [InlineData("x", "baaa", "____")]
    public void The_last_character_of_each_occurrence_is_labelled(string given, string text, string expected) =>
        Assert.Equal(expected, Labelled(new AfterText(given), text));

    [Fact]
    public void A_line_break_starts_the_count_of_a_line() =>
        Assert.Equal([1, 2, 0, 1, 2], new LinePosition().Values("ab\ncd"));

    [Fact]
    public void Letters_of_a_word_are_counted() =>
        Assert.Equal([1, 2, 0, 1, 0, 1, 2, 3], new WordPosition().Values("ab a-xyz"));

    [Fact]
    public void Brackets_are_counted_until_an_empty_line() =>
        Assert.Equal([0, 1, 1, 2, 1, 0, 0, 0, 1, 1, 1, 0, 0], new BracketDepth().Values("a(b[])d)(b\n\nc"));

    [Fact]
    public void A_token_has_the_value_of_its_last_character_and_numbers_are_cut_at_the_median_of_the_first_half()
    {
        var tokenizer = WordTokenizer.FromCorpus("ab abcd abcdef abcdefgh\n", 99);
        var tokens = tokenizer.Encode("ab abcd abcdef abcdefgh ab abcd abcdef abcdefgh");

        var labels = FeatureLabels.Of(
            [new WordPosition()], tokenizer, tokens, [.. Enumerable.Range(0, tokens.Length)]).Single();

        Assert.Equal(6, labels.Cut);
        Assert.Equal([false, false, false, true, false, false, false, true], labels.Values);
        Assert.True(labels.Vary);
        Assert.Equal([false, true, false, false, false, true, false, false], labels.Elsewhere().Values);
        Assert.Equal("after more than 6 letters of the word", labels.Feature.Meaning(labels.Cut));
    }

    private static string Labelled(IFeature feature, string text) =>
        string.Concat(text.Zip(feature.Values(text), (c, value) => value > 0 ? c : '_'));
}
