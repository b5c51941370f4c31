using System.Text;
using LmModel.Tokenization;

namespace LmModel.Tests.Tokenization;

public sealed class TokenizerFileTests : IDisposable
{
    private const string Head = """ "format": "lmservice-tokenizer", "version": 1, """;

    private readonly string _path = Path.GetTempFileName();

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void Characters_are_written_one_a_line_with_control_characters_escaped()
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
    public void A_character_tokenizer_comes_back()
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
    public void A_replacement_comes_back()
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
    public void A_normalization_comes_back_and_is_written_only_where_there_is_one(TextNormalization form)
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
    public void A_byte_tokenizer_comes_back() => Assert.IsType<ByteTokenizer>(SavedAndLoaded(new ByteTokenizer()));

    [Fact]
    public void A_bpe_tokenizer_comes_back()
    {
        const string Text = "the then there 日本語 日本語 😀😀 😀😀\n\n\n\n";
        var tokenizer = BpeTokenizer.Train(Text, 280);

        var loaded = Assert.IsType<BpeTokenizer>(SavedAndLoaded(tokenizer));

        Assert.Equal(tokenizer.Vocabulary, loaded.Vocabulary);
        Assert.Equal(tokenizer.Merges, loaded.Merges);
        Assert.Equal(tokenizer.Encode(Text), loaded.Encode(Text));
    }

    [Fact]
    public void A_word_tokenizer_comes_back()
    {
        var tokenizer = WordTokenizer.FromCorpus(
            "the \"duck\" said \\ naïve 日本語 😀 \0 \u200b \ue000 , the end \n", 100);

        var loaded = Assert.IsType<WordTokenizer>(SavedAndLoaded(tokenizer));

        Assert.Equal(tokenizer.Vocabulary, loaded.Vocabulary);
        Assert.Equal(tokenizer.UnknownToken, loaded.UnknownToken);
    }

    [Fact]
    public void Words_are_written_one_a_line()
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
    public void A_tokenizer_too_long_to_be_read_again_is_not_written()
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
    public void Ids_may_come_in_any_order_of_lines()
    {
        var tokenizer = Load(
            $$"""{ {{Head}} "kind": "characters", "unknown": "error", "vocabulary": {"b": 1, "a": 0} }""");

        Assert.Equal([0, 1], tokenizer.Encode("ab"));
    }

    [Theory]
    [InlineData("", "is not the JSON of a tokenizer: it is empty")]
    [InlineData("{", "is not the JSON of a tokenizer")]
    [InlineData("[]", "an object is expected, not an array")]
    [InlineData("{}", "format: is missing")]
    [InlineData("""{"format": "other"}""", "format: 'lmservice-tokenizer' is expected, not 'other'")]
    [InlineData("""{"format": "lmservice-tokenizer"}""", "version: is missing")]
    [InlineData("""{"format": "lmservice-tokenizer", "version": 2}""", "version: 1 is expected, not 2")]
    [InlineData("""{"format": "lmservice-tokenizer", "version": "1"}""", "version: 1 is expected, not \"1\"")]
    [InlineData("{ HEAD \"kind\": 3}", "kind: a string is expected, not 3")]
    [InlineData(
        "{ HEAD \"kind\": \"syllables\"}",
        "kind: 'characters', 'bytes', 'bpe' or 'words' is expected, not 'syllables'"
    )]
    [InlineData("{ HEAD \"kind\": \"bytes\", \"merges\": []}", "merges: is not a property of this kind")]
    [InlineData("{ HEAD \"kind\": \"bytes\", \"kind\": \"bytes\"}", "kind: is there twice")]
    [InlineData(
        "{ HEAD \"kind\": \"bytes\", \"normalization\": \"nfd\"}",
        "normalization: 'none', 'nfc' or 'nfkc' is expected, not 'nfd'"
    )]
    [InlineData(
        "{ HEAD \"kind\": \"bytes\", \"normalization\": null}",
        "normalization: a string is expected, not null"
    )]
    public void A_file_of_another_format_is_refused(string json, string reason) => AssertRefused(json, reason);

    [Theory]
    [InlineData("", "unknown: is missing")]
    [InlineData(
        "\"unknown\": \"ignore\", \"vocabulary\": {\"a\": 0}",
        "'error', 'replace' or 'drop' is expected, not 'ignore'"
    )]
    [InlineData("\"unknown\": \"error\"", "vocabulary: is missing")]
    [InlineData("\"unknown\": \"error\", \"vocabulary\": [\"a\"]", "vocabulary: an object is expected, not an array")]
    [InlineData("\"unknown\": \"error\", \"vocabulary\": {}", "no characters")]
    [InlineData("\"unknown\": \"error\", \"vocabulary\": {\"ab\": 0}", "one character is expected, not 'ab'")]
    [InlineData("\"unknown\": \"error\", \"vocabulary\": {\"\": 0}", "one character is expected, not ''")]
    [InlineData("\"unknown\": \"error\", \"vocabulary\": {\"\\ud83d\": 0}", "half of a surrogate pair")]
    [InlineData("\"unknown\": \"error\", \"vocabulary\": {\"a\": 0, \"a\": 1}", "'a' is there twice")]
    [InlineData("\"unknown\": \"error\", \"vocabulary\": {\"a\": 0, \"\\u0061\": 1}", "'a' is there twice")]
    [InlineData("\"unknown\": \"error\", \"vocabulary\": {\"a\": 0, \"b\": 0}", "'a' and 'b' have the same id, 0")]
    [InlineData(
        "\"unknown\": \"error\", \"vocabulary\": {\"a\": 0, \"b\": 2}",
        "'b' has the id 2, but there are 2 tokens"
    )]
    [InlineData("\"unknown\": \"error\", \"vocabulary\": {\"a\": -1}", "an id is expected for 'a', not -1")]
    [InlineData("\"unknown\": \"error\", \"vocabulary\": {\"a\": 0.5}", "an id is expected for 'a', not 0.5")]
    [InlineData("\"unknown\": \"replace\", \"vocabulary\": {\"a\": 0}", "needs a replacement")]
    [InlineData(
        "\"unknown\": \"replace\", \"replacement\": \"?\", \"vocabulary\": {\"a\": 0}",
        "U+003F is not in the vocabulary"
    )]
    [InlineData("\"unknown\": \"drop\", \"replacement\": \"a\", \"vocabulary\": {\"a\": 0}", "takes no replacement")]
    public void A_wrong_character_vocabulary_is_refused(string rest, string reason) =>
        AssertRefused($$"""{ HEAD "kind": "characters"{{(rest.Length > 0 ? ", " : "")}}{{rest}} }""", reason);

    [Theory]
    [InlineData("\"t h\"", "\"th\": 256, \"he\": 257", "merges: none makes the token 257, 'he'")]
    [InlineData("", "\"th\": 256", "merges: none makes the token 256, 'th'")]
    [InlineData("\"t h\", \"th e\"", "\"th\": 256", "merges[1]: 'the' is not in the vocabulary")]
    [InlineData("\"t h\", \"t h\"", "\"th\": 256", "merges[1]: 't h' is there twice")]
    [InlineData("\"th\"", "\"th\": 256", "merges[0]: two tokens and a space between them are expected, not \"th\"")]
    [InlineData("7", "\"th\": 256", "merges[0]: a string is expected, not 7")]
    [InlineData("\"t h\"", "\"th\": 256, \"語\": 257", "token 257, '語', is not written in the byte alphabet")]
    [InlineData("\"t h\"", "\"th\": 256, \"\": 257", "token 257, '', is not written in the byte alphabet")]
    public void A_wrong_bpe_is_refused(string merges, string tokens, string reason)
    {
        var bytes = string.Join(
            ", ",
            BpeVocabulary.SingleBytes.Select((b, id) => $"\"{b.Replace("\\", "\\\\").Replace("\"", "\\\"")}\": {id}"));
        AssertRefused(
            $$"""{ HEAD "kind": "bpe", "vocabulary": { {{bytes}}, {{tokens}} }, "merges": [{{merges}}] }""",
            reason);
    }

    [Theory]
    [InlineData("", "vocabulary: is missing")]
    [InlineData("\"vocabulary\": [\"a\"]", "vocabulary: an object is expected, not an array")]
    [InlineData(
        "\"unknown\": \"error\", \"vocabulary\": {\"\\n\": 0, \"<unk>\": 1}",
        "unknown: is not a property of this kind"
    )]
    [InlineData("\"vocabulary\": {\"<unk>\": 0, \"a\": 1}", "vocabulary: the line end, '\\n', has no token")]
    [InlineData(
        "\"vocabulary\": {\"\\n\": 0, \"a\": 1}",
        "vocabulary: '<unk>', which unknown words are read as, has no token"
    )]
    [InlineData("\"vocabulary\": {\"\\n\": 0, \"<unk>\": 1, \"a b\": 2}", "vocabulary: token 2, 'a b', is not a word")]
    [InlineData("\"vocabulary\": {\"\\n\": 0, \"<unk>\": 1, \"\": 2}", "vocabulary: token 2, '', is not a word")]
    [InlineData("\"vocabulary\": {\"\\n\": 0, \"<unk>\": 1, \"\\n\\n\": 2}", "vocabulary: token 2")]
    [InlineData("\"vocabulary\": {\"\\n\": 0, \"<unk>\": 1, \"a\": 2, \"a\": 3}", "vocabulary: 'a' is there twice")]
    [InlineData(
        "\"vocabulary\": {\"\\n\": 0, \"<unk>\": 1, \"a\": 3}",
        "vocabulary: 'a' has the id 3, but there are 3 tokens"
    )]
    [InlineData("\"vocabulary\": {\"\\n\": 0, \"<unk>\": 1, \"a\\ud83d\": 2}", "half of a surrogate pair")]
    public void A_wrong_word_vocabulary_is_refused(string rest, string reason) =>
        AssertRefused($$"""{ HEAD "kind": "words"{{(rest.Length > 0 ? ", " : "")}}{{rest}} }""", reason);

    [Fact]
    public void A_bpe_without_merges_or_without_all_bytes_is_refused()
    {
        AssertRefused("""{ HEAD "kind": "bpe", "vocabulary": {"a": 0} }""", "merges: is missing");
        AssertRefused("""{ HEAD "kind": "bpe", "vocabulary": {"a": 0}, "merges": [] }""", "the byte 'Ā' has no token");
    }

    [Fact]
    public void A_file_above_the_cap_is_refused_unread()
    {
        using (var file = File.OpenWrite(_path))
            file.SetLength(TokenizerFile.MaxBytes + 1);

        var error = Assert.Throws<InvalidDataException>(() => TokenizerFile.Load(_path));

        Assert.Contains("67108865 bytes; at most 67108864", error.Message);
    }

    [Fact]
    public void A_missing_file_is_named() =>
        Assert.Contains(
            "nowhere.json",
            Assert.Throws<FileNotFoundException>(() => TokenizerFile.Load("nowhere.json")).Message);

    private void AssertRefused(string json, string reason)
    {
        var error = Assert.Throws<InvalidDataException>(() => Load(json.Replace(" HEAD ", Head)));
        Assert.Contains(reason, error.Message);
        Assert.StartsWith(_path, error.Message);
    }

    private Tokenizer Load(string json)
    {
        File.WriteAllText(_path, json);
        return TokenizerFile.Load(_path);
    }

    private Tokenizer SavedAndLoaded(Tokenizer tokenizer)
    {
        TokenizerFile.Save(tokenizer, _path);
        return TokenizerFile.Load(_path);
    }
}
