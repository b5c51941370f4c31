using System.Text;
using LmModel.Completion;

namespace LmModel.Tests.Completion;

public sealed class CompletionEndTests
{
    [Theory]
    [InlineData("time ", 1, 4)]
    [InlineData(" time, and", 1, 5)]
    [InlineData("\n\n\"Well,\"", 1, 7)]
    [InlineData("a time there ", 3, 12)]
    [InlineData("don't ", 1, 5)]
    [InlineData("king' said", 1, 4)]
    [InlineData("king'' ", 1, 4)]
    [InlineData("good-bye ", 1, 4)]
    [InlineData("naïve!", 1, 5)]
    [InlineData("e\u0301te.", 1, 4)]
    public void A_word_ends_before_what_is_not_part_of_it(string insert, int words, int end) =>
        Assert.Equal(new(end, null, false), new WordEnd(words).Find(insert));

    [Theory]
    [InlineData("time", 1, 4, false)]
    [InlineData("king'", 1, 4, true)]
    [InlineData(" time there", 2, 11, false)]
    public void A_word_may_end_where_its_last_letter_is(string insert, int words, int end, bool apostrophe) =>
        Assert.Equal(new(null, end, apostrophe), new WordEnd(words).Find(insert));

    [Theory]
    [InlineData("", 1)]
    [InlineData(", \"", 1)]
    [InlineData("time", 2)]
    [InlineData("time ", 2)]
    public void Nothing_ends_before_its_last_word_has_begun(string insert, int words) =>
        Assert.Equal(default, new WordEnd(words).Find(insert));

    [Theory]
    [InlineData("a time.\nThe", 7)]
    [InlineData("\nThe king\n", 9)]
    [InlineData("a\r\n", 1)]
    public void A_line_ends_before_its_break_and_is_not_empty(string insert, int end) =>
        Assert.Equal(new(end, null, false), new LineEnd().Find(insert));

    [Theory]
    [InlineData("Once upon a ti", "ti")]
    [InlineData("Once upon a ", "")]
    [InlineData("don'", "don'")]
    [InlineData("don't", "don't")]
    [InlineData("'t", "t")]
    [InlineData("", "")]
    [InlineData("\"Él", "Él")]
    public void The_open_word_is_what_the_text_ends_with(string text, string word) =>
        Assert.Equal(word, text[WordEnd.OpenWordStart(text)..]);

    [Fact]
    public void A_token_counts_by_its_first_character()
    {
        var end = new WordEnd(1);

        Assert.Equal(NextCharacter.Inside, end.Kind("e'"u8));
        Assert.Equal(NextCharacter.Outside, end.Kind(" king"u8));
        Assert.Equal(NextCharacter.Apostrophe, end.Kind("'s"u8));
        Assert.Equal(NextCharacter.Apostrophe, end.Kind(Encoding.UTF8.GetBytes("’s")));
        Assert.Equal(NextCharacter.Unknown, end.Kind([0xE2]));
        Assert.Equal(NextCharacter.Unknown, end.Kind([0x80]));
        Assert.Equal(NextCharacter.Unknown, end.Kind([]));
    }
}
