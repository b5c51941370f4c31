using System.Text;
using LmModel.Tokenization;

namespace LmModel.Tests.Tokenization;

public sealed class WordTokenizerTests
{
    [Fact]
    public void Ids_are_line_end_unknown_word_and_then_words_by_descending_frequency()
    {
        var tokenizer = Of("a duck saw a duck , and a <unk> saw naïve 日本語 \n");

        Assert.Equal(["\n", "<unk>", "a", "duck", "saw", ",", "and", "naïve", "日本語"], tokenizer.Vocabulary);
        Assert.Equal((9, 1, "words"), (tokenizer.VocabularySize, tokenizer.UnknownToken, tokenizer.Kind));
    }

    [Fact]
    public void A_small_vocabulary_keeps_the_most_frequent_words_with_ties_in_ordinal_order()
    {
        Assert.Equal(["\n", "<unk>", "x", "B", "a"], Of("z b x a x B", vocabularySize: 5).Vocabulary);
        Assert.Equal(["\n", "<unk>", "x", "B", "a"], Of("B x a b x z", vocabularySize: 5).Vocabulary);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" \n")]
    [InlineData(" = Robert <unk> = \n \n \n He said \" naïve 日本語 😀 \" , 3 @,@ 000 times . \n")]
    [InlineData(" no line end")]
    public void A_text_in_the_form_of_WikiText_round_trips_byte_for_byte(string text)
    {
        var tokenizer = Of("filler " + text);

        Assert.Equal(text, tokenizer.Decode(tokenizer.Encode(text)));
    }

    [Fact]
    public void Another_text_round_trips_except_for_its_white_space()
    {
        var tokenizer = Of("To be or not");

        var tokens = tokenizer.Encode("To  be\tor\r\n\u00a0not\u2028\n\nTo\rbe");

        Assert.Equal(" To be or \n not \n \n To be", tokenizer.Decode(tokens));
        Assert.Equal(tokens, tokenizer.Encode(tokenizer.Decode(tokens)));
    }

    [Fact]
    public void Line_ends_are_tokens_and_other_white_space_is_not()
    {
        var tokenizer = Of("a");

        Assert.Equal([2, 0, 0, 2, 0], tokenizer.Encode("a\n \n a \n"));
        Assert.Empty(tokenizer.Encode(" \t \r "));
    }

    [Fact]
    public void A_word_outside_the_vocabulary_becomes_the_unknown_word()
    {
        var tokenizer = Of("the duck");

        Assert.Equal(" the <unk> duck <unk> <unk>", tokenizer.Decode(tokenizer.Encode("the goose duck <unk> The")));
    }

    [Fact]
    public void A_token_represents_a_space_and_its_word()
    {
        var tokenizer = Of("naïve");

        Assert.Equal(" \n"u8, tokenizer.TokenBytes(0));
        Assert.Equal(" <unk>"u8, tokenizer.TokenBytes(1));
        Assert.Equal(" naïve"u8, tokenizer.TokenBytes(2));
    }

    [Fact]
    public void Decoding_token_by_token_matches_decoding_everything()
    {
        const string Text = "a naïve 日本語 😀 duck \n \n said it \n";
        var tokenizer = Of(Text, vocabularySize: 7);
        var tokens = tokenizer.Encode(Text);
        var decoder = new TokenTextDecoder(tokenizer);

        var pieces = tokens.Select(decoder.Append).ToArray();

        Assert.Equal(tokenizer.Decode(tokens), string.Concat(pieces));
        Assert.Equal(" a", pieces[0]);
        Assert.Contains(" <unk>", pieces);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" \n\t\n")]
    [InlineData(" <unk> \n")]
    public void A_text_without_words_is_refused(string text) =>
        Assert.Contains("no words", Assert.Throws<ArgumentException>(() => Of(text)).Message);

    [Fact]
    public void A_vocabulary_too_small_for_any_word_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => WordTokenizer.FromCorpus("a", 2));

    [Fact]
    public void A_lone_surrogate_is_read_as_the_replacement_character()
    {
        // Not a theory: attributes keep strings in UTF-8, which has no lone surrogates.
        var tokenizer = Of("a\ud83d b");

        Assert.Equal("a\ufffd", tokenizer.Vocabulary[2]);
        Assert.Equal([2, 3], tokenizer.Encode("a\ude00 b"));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(3)]
    public void An_id_outside_the_vocabulary_is_refused(int id) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Of("a").TokenBytes(id).Length);

    [Fact]
    public void Encoding_allocates_nothing_per_word()
    {
        var text = string.Concat(Enumerable.Repeat(" known unknown", 50_000));
        var tokenizer = Of("known");
        tokenizer.Encode(text);

        var before = GC.GetAllocatedBytesForCurrentThread();
        var tokens = tokenizer.Encode(text);
        var bytes = GC.GetAllocatedBytesForCurrentThread() - before;

        // A list of ids that grows by doubling, and its copy. A string for each word would take 32 bytes or more.
        Assert.Equal(100_000, tokens.Length);
        Assert.InRange(bytes, 0, 16 * tokens.Length);
    }

    /// <summary>
    /// The counts of the literature (Merity et al. 2016), and every byte. The corpus is not part of the repository.
    /// </summary>
    [Fact]
    public void WikiText_2_has_the_published_vocabulary_and_round_trips()
    {
        var folder = Environment.GetEnvironmentVariable("WIKITEXT2");
        Assert.SkipWhen(folder is null, "WIKITEXT2 names no folder with train.txt, valid.txt and test.txt.");
        string Read(string name) => File.ReadAllText(Path.Combine(folder!, name), new UTF8Encoding(false, true));
        var train = Read("train.txt");

        var tokenizer = WordTokenizer.FromCorpus(train, vocabularySize: 50_000);

        Assert.Equal(33_278, tokenizer.VocabularySize);
        foreach (
            var (text, count) in new[] { (train, 2_088_628), (Read("valid.txt"), 217_646), (Read("test.txt"), 245_569) }
        )
        {
            var tokens = tokenizer.Encode(text);
            Assert.Equal(count, tokens.Length);
            Assert.True(text == tokenizer.Decode(tokens));
        }
    }

    private static WordTokenizer Of(string text, int vocabularySize = 1000) =>
        WordTokenizer.FromCorpus(text, vocabularySize);
}
