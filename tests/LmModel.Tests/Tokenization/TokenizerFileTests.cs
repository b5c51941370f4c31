using System.Text;
using LmModel.Tokenization;

namespace LmModel.Tests.Tokenization;

public sealed partial class TokenizerFileTests : IDisposable
{
    private const string Head = """ "format": "lmservice-tokenizer", "version": 1, """;

    private readonly string _path = Path.GetTempFileName();

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void Characters_are_written_one_per_line_with_control_characters_escaped()
    {
        var tokenizer = CharacterTokenizer.FromCorpus("\0\n \"?aé語", UnknownCharacterRule.Replace, new Rune('?'));

        TokenizerFile.Save(tokenizer, _path);

        Assert.Equal(
            """
            {
              "format": "lmservice-tokenizer",
              "version": 1,
              "kind": "characters",
              "unknown": "replace",
              "replacement": "?",
              "vocabulary": {
                "\u0000": 0,
                "\n": 1,
                " ": 2,
                "\"": 3,
                "?": 4,
                "a": 5,
                "é": 6,
                "語": 7
              }
            }

            """.ReplaceLineEndings("\n"),
            File.ReadAllText(_path));
    }

    [Fact]
    public void A_character_tokenizer_round_trips()
    {
        // Any code point, separators, private ones and non-characters included.
        var text = string.Concat(
            Enumerable
                .Range(0, 0x300)
                .Concat(Enumerable.Range(0xfb00, 0x500))
                .Concat(Enumerable.Range(0x2000, 0x70))
                .Append(0xe000)
                .Append(0x1f600)
                .Append(0x10ffff)
                .Select(char.ConvertFromUtf32));
        var tokenizer = CharacterTokenizer.FromCorpus(text, UnknownCharacterRule.Drop);

        var loaded = Assert.IsType<CharacterTokenizer>(SavedAndLoaded(tokenizer));

        Assert.Equal(tokenizer.Vocabulary, loaded.Vocabulary);
        Assert.Equal(UnknownCharacterRule.Drop, loaded.UnknownRule);
        Assert.Null(loaded.Replacement);
    }

    [Fact]
    public void A_replacement_round_trips()
    {
        var tokenizer = CharacterTokenizer.FromCorpus("a?", UnknownCharacterRule.Replace, new Rune('?'));

        var loaded = Assert.IsType<CharacterTokenizer>(SavedAndLoaded(tokenizer));

        Assert.Equal(new Rune('?'), loaded.Replacement);
        Assert.Equal(tokenizer.Encode("ab"), loaded.Encode("ab"));
    }

    [Theory]
    [InlineData(TextNormalization.None)]
    [InlineData(TextNormalization.Nfc)]
    [InlineData(TextNormalization.Nfkc)]
    public void A_normalization_round_trips_and_is_written_only_if_there_is_one(TextNormalization form)
    {
        foreach (var tokenizer in (Tokenizer[])
        [
                    CharacterTokenizer.FromCorpus("aéfi"),
                    new ByteTokenizer(),
                    BpeTokenizer.Train("aéfi aéfi", 260),
                    WordTokenizer.FromCorpus("é fi", 9),
                ]
        )
        {
            var loaded = SavedAndLoaded(tokenizer.With(form));

            Assert.Equal(form, loaded.Normalization);
            Assert.Equal(tokenizer.Encode("é"), loaded.Encode(form == TextNormalization.None ? "é" : "e\u0301"));
            Assert.Equal(form != TextNormalization.None, File.ReadAllText(_path).Contains("\"normalization\": \"nf"));
        }
    }

    [Fact]
    public void A_byte_tokenizer_round_trips() => Assert.IsType<ByteTokenizer>(SavedAndLoaded(new ByteTokenizer()));

    [Fact]
    public void A_bpe_tokenizer_round_trips()
    {
        const string Text = "the then there 日本語 日本語 😀😀 😀😀\n\n\n\n";
        var tokenizer = BpeTokenizer.Train(Text, 280);

        var loaded = Assert.IsType<BpeTokenizer>(SavedAndLoaded(tokenizer));

        Assert.Equal(tokenizer.Vocabulary, loaded.Vocabulary);
        Assert.Equal(tokenizer.Merges, loaded.Merges);
        Assert.Equal(tokenizer.Encode(Text), loaded.Encode(Text));
    }

    [Fact]
    public void A_word_tokenizer_round_trips()
    {
        var tokenizer = WordTokenizer.FromCorpus(
            "the \"duck\" said \\ naïve 日本語 😀 \0 \u200b \ue000 , the end \n", 100);

        var loaded = Assert.IsType<WordTokenizer>(SavedAndLoaded(tokenizer));

        Assert.Equal(tokenizer.Vocabulary, loaded.Vocabulary);
        Assert.Equal(tokenizer.UnknownToken, loaded.UnknownToken);
    }

    [Fact]
    public void Words_are_written_one_per_line()
    {
        TokenizerFile.Save(WordTokenizer.FromCorpus("the \"duck\" the \n", 100), _path);

        Assert.Equal(
            """
            {
              "format": "lmservice-tokenizer",
              "version": 1,
              "kind": "words",
              "vocabulary": {
                "\n": 0,
                "<unk>": 1,
                "the": 2,
                "\"duck\"": 3
              }
            }

            """.ReplaceLineEndings("\n"),
            File.ReadAllText(_path));
    }

    [Fact]
    public void A_tokenizer_too_large_to_be_read_back_is_not_written()
    {
        var error = Assert.Throws<ArgumentException>(
            () => TokenizerFile.Save(WordTokenizer.FromCorpus("duck", 100), _path, maxBytes: 99));

        Assert.Contains("the 3 tokens take ", error.Message);
        Assert.Contains("at most 99 are read", error.Message);
        Assert.Equal(0, new FileInfo(_path).Length);
    }

    [Fact]
    public void Saving_twice_gives_the_same_bytes()
    {
        TokenizerFile.Save(BpeTokenizer.Train("the then there", 260), _path);
        var first = File.ReadAllBytes(_path);
        TokenizerFile.Save(TokenizerFile.Load(_path), _path);

        Assert.Equal(first, File.ReadAllBytes(_path));
        Assert.DoesNotContain((byte)'\r', first);
    }

    [Fact]
    public void Ids_may_be_listed_in_any_order()
    {
        var tokenizer = Load(
            $$"""{ {{Head}} "kind": "characters", "unknown": "error", "vocabulary": {"b": 1, "a": 0} }""");

        Assert.Equal([0, 1], tokenizer.Encode("ab"));
    }
}
