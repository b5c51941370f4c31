using LmModel.Tokenization;

namespace LmModel.Tests.Tokenization;

public sealed partial class TokenizerFileTests
{
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
    [InlineData("{ HEAD \"kind\": \"bytes\", \"kind\": \"bytes\"}", "kind: appears twice")]
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
    [InlineData("\"unknown\": \"error\", \"vocabulary\": {\"\\ud83d\": 0}", "an unpaired surrogate")]
    [InlineData("\"unknown\": \"error\", \"vocabulary\": {\"a\": 0, \"a\": 1}", "'a' appears twice")]
    [InlineData("\"unknown\": \"error\", \"vocabulary\": {\"a\": 0, \"\\u0061\": 1}", "'a' appears twice")]
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
    [InlineData("\"unknown\": \"drop\", \"replacement\": \"a\", "
        + "\"vocabulary\": {\"a\": 0}", "does not take a replacement")]
    public void An_invalid_character_vocabulary_is_refused(string rest, string reason) =>
        AssertRefused($$"""{ HEAD "kind": "characters"{{(rest.Length > 0 ? ", " : "")}}{{rest}} }""", reason);

    [Theory]
    [InlineData("\"t h\"", "\"th\": 256, \"he\": 257", "merges: none produces the token 257, 'he'")]
    [InlineData("", "\"th\": 256", "merges: none produces the token 256, 'th'")]
    [InlineData("\"t h\", \"th e\"", "\"th\": 256", "merges[1]: 'the' is not in the vocabulary")]
    [InlineData("\"t h\", \"t h\"", "\"th\": 256", "merges[1]: 't h' appears twice")]
    [InlineData("\"th\"", "\"th\": 256", "merges[0]: two tokens and a space between them are expected, not \"th\"")]
    [InlineData("7", "\"th\": 256", "merges[0]: a string is expected, not 7")]
    [InlineData("\"t h\"", "\"th\": 256, \"語\": 257", "token 257, '語', is not in the byte alphabet")]
    [InlineData("\"t h\"", "\"th\": 256, \"\": 257", "token 257, '', is not in the byte alphabet")]
    public void An_invalid_bpe_tokenizer_is_refused(string merges, string tokens, string reason)
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
        "vocabulary: '<unk>', as which unknown words are read, has no token"
    )]
    [InlineData("\"vocabulary\": {\"\\n\": 0, \"<unk>\": 1, \"a b\": 2}", "vocabulary: token 2, 'a b', is not a word")]
    [InlineData("\"vocabulary\": {\"\\n\": 0, \"<unk>\": 1, \"\": 2}", "vocabulary: token 2, '', is not a word")]
    [InlineData("\"vocabulary\": {\"\\n\": 0, \"<unk>\": 1, \"\\n\\n\": 2}", "vocabulary: token 2")]
    [InlineData("\"vocabulary\": {\"\\n\": 0, \"<unk>\": 1, \"a\": 2, \"a\": 3}", "vocabulary: 'a' appears twice")]
    [InlineData(
        "\"vocabulary\": {\"\\n\": 0, \"<unk>\": 1, \"a\": 3}",
        "vocabulary: 'a' has the id 3, but there are 3 tokens"
    )]
    [InlineData("\"vocabulary\": {\"\\n\": 0, \"<unk>\": 1, \"a\\ud83d\": 2}", "an unpaired surrogate")]
    public void An_invalid_word_vocabulary_is_refused(string rest, string reason) =>
        AssertRefused($$"""{ HEAD "kind": "words"{{(rest.Length > 0 ? ", " : "")}}{{rest}} }""", reason);

    [Fact]
    public void A_bpe_tokenizer_without_merges_or_without_all_bytes_is_refused()
    {
        AssertRefused("""{ HEAD "kind": "bpe", "vocabulary": {"a": 0} }""", "merges: is missing");
        AssertRefused("""{ HEAD "kind": "bpe", "vocabulary": {"a": 0}, "merges": [] }""", "the byte 'Ā' has no token");
    }

    [Fact]
    public void A_file_above_the_size_limit_is_refused_unread()
    {
        using (var file = File.OpenWrite(_path))
            file.SetLength(TokenizerFile.MaxBytes + 1);

        var error = Assert.Throws<InvalidDataException>(() => TokenizerFile.Load(_path));

        Assert.Contains("67108865 bytes; at most 67108864", error.Message);
    }

    [Fact]
    public void A_missing_file_is_reported() =>
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
