using System.Text;
using CsCheck;
using LmModel.Tokenization;

namespace LmModel.Tests.Properties;

/// <summary>What tokenizers of any corpus promise of any text.</summary>
public sealed class TokenizerProperties
{
    private static readonly Gen<string> Corpora = RandomInputs.WellFormedTexts.Where(t =>
        t.Any(c => !char.IsWhiteSpace(c) && c != '\0'));

    private static readonly Gen<Tokenizer> Tokenizers = Gen.OneOf<Tokenizer>(
        Gen.Const<Tokenizer>(new ByteTokenizer()),
        Gen.Select(Corpora, Gen.Int[256, 300]).Select((corpus, size) => (Tokenizer)BpeTokenizer.Train(corpus, size)),
        Corpora.Select(corpus => (Tokenizer)CharacterTokenizer.FromCorpus(corpus, UnknownCharacterRule.Drop)),
        Corpora.Select(corpus => (Tokenizer)CharacterTokenizer.FromCorpus(
            corpus, UnknownCharacterRule.Replace, corpus.EnumerateRunes().First())),
        Gen.Select(
            Corpora.Where(c => c.Split().Any(w => w.Length > 0 && w != WordTokenizer.UnknownWord)), Gen.Int[3, 12])
            .Select((corpus, size) => (Tokenizer)WordTokenizer.FromCorpus(corpus, size)));

    [Fact]
    public Task Encoding_and_decoding_returns_the_text_if_the_tokenizer_is_lossless() => Property.Holds(
        Gen.Select(Tokenizers, RandomInputs.Texts),
        2000,
        (tokenizer, text) =>
        {
            var ids = tokenizer.Encode(text);

            Assert.All(ids, id => Assert.InRange(id, 0, tokenizer.VocabularySize - 1));
            Assert.Equal(Promised(tokenizer, text), tokenizer.Decode(ids));
        });

    [Fact]
    public Task Encoding_a_text_in_pieces_gives_the_tokens_of_the_whole_text() => Property.Holds(
        Gen.Select(Tokenizers, RandomInputs.Texts.Array[1, 12], Gen.Int[1, 5]),
        1000,
        (tokenizer, texts, size) =>
        {
            // Cut between two characters; a lone surrogate becomes U+FFFD.
            var runes = string.Concat(texts).EnumerateRunes().Select(r => r.ToString());

            var pieces = runes.Chunk(size).Select(chunk => string.Concat(chunk)).ToList();

            Assert.Equal(tokenizer.Encode(string.Concat(pieces)), tokenizer.Encode(pieces).SelectMany(ids => ids));
        });

    [Fact]
    public Task Decoding_token_by_token_gives_the_same_text_and_never_splits_a_character() => Property.Holds(
        Gen.Select(Tokenizers, Gen.Double.Unit.Array[0, 40], RandomInputs.Texts),
        2000,
        (tokenizer, random, text) =>
        {
            // What a model may write: any tokens in any order.
            int[] ids = [.. tokenizer.Encode(text), .. random.Select(share => (int)(share * tokenizer.VocabularySize))];
            var decoder = new TokenTextDecoder(tokenizer);

            var pieces = ids.Select(id => decoder.Append(id)).ToList();

            Assert.All(pieces, piece => Assert.Equal(piece, WellFormed(piece)));
            // An unfinished character is held back, which takes the place of one replacement character.
            var (given, whole) = (string.Concat(pieces), tokenizer.Decode(ids));
            Assert.True(given == whole || given + '\ufffd' == whole, $"'{given}' is not '{whole}'");
        });

    [Fact]
    public Task Writing_and_reading_a_tokenizer_preserves_it() => Property.Holds(
        Gen.Select(Tokenizers, RandomInputs.Texts),
        1000,
        (tokenizer, text) =>
        {
            var written = TokenizerWriter.Write(tokenizer);
            var read = TokenizerReader.Read(written);

            Assert.Equal(written, TokenizerWriter.Write(read));
            Assert.Equal(tokenizer.Encode(text), read.Encode(text));
            Assert.Equal(tokenizer.Decode(tokenizer.Encode(text)), read.Decode(read.Encode(text)));
        });

    /// <summary>What decoding gives after encoding.</summary>
    private static string Promised(Tokenizer tokenizer, string text) => tokenizer switch
    {
        ByteTokenizer or BpeTokenizer => WellFormed(text),
        CharacterTokenizer characters => string.Concat(text.EnumerateRunes().SelectMany(rune =>
            characters.Vocabulary.Contains(rune) ? rune.ToString() : characters.Replacement?.ToString() ?? "")),
        _ => Words((WordTokenizer)tokenizer, WellFormed(text)),
    };

    /// <summary>A space before each word and line end; other white space is gone, and rare words are unknown.</summary>
    private static string Words(WordTokenizer tokenizer, string text)
    {
        var words = string.Concat(text.Select(c => c == '\n' ? " \n " : char.IsWhiteSpace(c) ? " " : c.ToString()))
            .Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return string.Concat(words.Select(word =>
            ' ' + (tokenizer.Vocabulary.Contains(word) ? word : WordTokenizer.UnknownWord)));
    }

    private static string WellFormed(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));
}
