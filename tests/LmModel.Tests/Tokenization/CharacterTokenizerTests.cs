using System.Text;
using LmModel.Tokenization;

namespace LmModel.Tests.Tokenization;

public sealed class CharacterTokenizerTests
{
    [Fact]
    public void The_vocabulary_is_the_distinct_characters_in_code_point_order()
    {
        var tokenizer = CharacterTokenizer.FromCorpus("hello, wörld 😀\n");

        Assert.Equal("\n ,dehlorwö😀", string.Concat(tokenizer.Vocabulary));
        Assert.Equal(12, tokenizer.VocabularySize);
        Assert.Equal("characters", tokenizer.Kind);
    }

    [Fact]
    public void An_emoji_is_one_token_of_four_bytes()
    {
        var tokenizer = CharacterTokenizer.FromCorpus("ab😀");

        Assert.Equal([2, 0], tokenizer.Encode("😀a"));
        Assert.Equal("😀"u8, tokenizer.TokenBytes(2));
    }

    [Theory]
    [InlineData("To be, or not to be")]
    [InlineData("naïve 日本語 👩‍👩‍👧 🇩🇪")]
    [InlineData("tab\t null\0 bell\a\r\n")]
    public void A_text_of_known_characters_round_trips(string text)
    {
        var tokenizer = CharacterTokenizer.FromCorpus(text);

        Assert.Equal(text, tokenizer.Decode(tokenizer.Encode(text)));
    }

    [Fact]
    public void An_empty_text_has_no_tokens() => Assert.Empty(CharacterTokenizer.FromCorpus("a").Encode(""));

    [Fact]
    public void An_empty_corpus_is_refused() =>
        Assert.Throws<ArgumentException>(() => CharacterTokenizer.FromCorpus(""));

    [Fact]
    public void All_unknown_characters_are_reported_with_the_index_of_the_first()
    {
        var tokenizer = CharacterTokenizer.FromCorpus("abc");

        var error = Assert.Throws<UnknownCharacterException>(() => tokenizer.Encode("a😀xb😀zx"));

        Assert.Equal(1, error.Index);
        Assert.Equal(["😀", "x", "z"], error.Characters.Select(c => c.ToString()));
        Assert.Contains("'😀' (U+1F600), 'x' (U+0078), 'z' (U+007A); first at index 1", error.Message);
    }

    [Fact]
    public void The_replace_rule_reads_unknown_characters_as_the_replacement()
    {
        var tokenizer = CharacterTokenizer.FromCorpus("abc?", UnknownCharacterRule.Replace, new Rune('?'));

        Assert.Equal("a??b", tokenizer.Decode(tokenizer.Encode("a😀xb")));
    }

    [Fact]
    public void The_drop_rule_omits_unknown_characters()
    {
        var tokenizer = CharacterTokenizer.FromCorpus("abc", UnknownCharacterRule.Drop);

        Assert.Equal("ab", tokenizer.Decode(tokenizer.Encode("a😀xb")));
    }

    [Fact]
    public void A_replacement_must_be_in_the_vocabulary_and_match_the_rule()
    {
        Rune[] vocabulary = [new('a')];

        Assert.Throws<ArgumentException>(
            () => new CharacterTokenizer(vocabulary, UnknownCharacterRule.Replace, new Rune('?')));
        Assert.Throws<ArgumentException>(() => new CharacterTokenizer(vocabulary, UnknownCharacterRule.Replace));
        Assert.Throws<ArgumentException>(() =>
            new CharacterTokenizer(vocabulary, UnknownCharacterRule.Drop, new Rune('a')));
    }

    [Fact]
    public void A_vocabulary_must_be_non_empty_and_distinct()
    {
        Assert.Throws<ArgumentException>(() => new CharacterTokenizer([]));
        var error = Assert.Throws<ArgumentException>(() => new CharacterTokenizer([new('a'), new('b'), new('a')]));
        Assert.Contains("U+0061 appears in the vocabulary twice, as 0 and as 2", error.Message);
    }

    [Fact]
    public void A_lone_surrogate_is_read_as_the_replacement_character()
    {
        var known = CharacterTokenizer.FromCorpus("a\ufffd");
        var unknown = CharacterTokenizer.FromCorpus("a");

        // Not a theory: attributes keep strings in UTF-8, which has no lone surrogates.
        foreach (var text in (string[])["\ud83d", "a\ud83d", "\ude00a", "\ude00\ud83d"])
        {
            Assert.Equal(Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)), known.Decode(known.Encode(text)));
            var error = Assert.Throws<UnknownCharacterException>(() => unknown.Encode(text));
            Assert.Equal([Rune.ReplacementChar], error.Characters);
            Assert.Contains(Rune.ReplacementChar, CharacterTokenizer.FromCorpus(text).Vocabulary);
        }
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(3)]
    public void An_id_outside_the_vocabulary_is_refused(int id) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => CharacterTokenizer.FromCorpus("abc").TokenBytes(id).Length);
}
