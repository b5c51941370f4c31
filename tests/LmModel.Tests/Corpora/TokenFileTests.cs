using LmModel.Corpora;
using LmModel.Tokenization;

namespace LmModel.Tests.Corpora;

public sealed class TokenFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string File => _folder["tokens.bin"];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("characters")]
    [InlineData("bytes")]
    [InlineData("bpe")]
    public void A_text_in_pieces_has_the_same_tokens_as_the_whole_text(string kind)
    {
        var text = string.Concat(
            Enumerable.Range(0, 30_000).Select(i => $"Ente {i % 97} 🦆  sagt:\n\n quak, it's {i}!\n"));
        Tokenizer tokenizer = kind switch
        {
            "characters" => CharacterTokenizer.FromCorpus(text),
            "bytes" => new ByteTokenizer(),
            _ => BpeTokenizer.Train(text[..50_000], 400),
        };

        using var file = TokenFile.Write(File, Corpus.FromText("t", text).Text.Pieces(), tokenizer);

        Assert.Equal(tokenizer.Encode(text), All(file));
    }

    [Theory]
    [InlineData(65_536, 2)]
    [InlineData(65_537, 4)]
    public void A_token_takes_two_or_four_bytes_depending_on_the_vocabulary(int vocabulary, int width)
    {
        // The characters above the surrogates, of which the last has the highest id.
        var runes = Enumerable.Range(0x10000, vocabulary).Select(value => new System.Text.Rune(value)).ToList();
        var tokenizer = new CharacterTokenizer(runes);
        var text = $"{runes[0]}{runes[^1]}{runes[1]}";

        using var file = TokenFile.Write(File, [text], tokenizer);

        Assert.Equal([0, vocabulary - 1, 1], All(file));
        Assert.Throws<IOException>(() => System.IO.File.ReadAllBytes(File));
        Assert.Equal(3 * width, new FileInfo(File).Length);
    }

    [Fact]
    public void Any_range_within_the_file_can_be_read()
    {
        using var file = TokenFile.Write(File, ["abcd", "efgh"], new ByteTokenizer());
        var three = new int[3];

        file.CopyTo(5, three);

        Assert.Equal("fgh".Select(c => (int)c), three);
        Assert.Throws<ArgumentOutOfRangeException>(() => file.CopyTo(6, three));
        Assert.Throws<ArgumentOutOfRangeException>(() => file.CopyTo(-1, three));
    }

    [Fact]
    public void Disposing_the_token_file_deletes_it()
    {
        TokenFile.Write(File, ["abc"], new ByteTokenizer()).Dispose();

        Assert.Empty(_folder.Files);
    }

    [Fact]
    public void A_character_without_a_token_is_reported_with_its_position_in_the_whole_text()
    {
        var error = Assert.Throws<UnknownCharacterException>(
            () => TokenFile.Write(File, ["aaaa", "aab"], CharacterTokenizer.FromCorpus("a")));

        Assert.Equal(6, error.Index);
        Assert.Empty(_folder.Files);
    }

    private static int[] All(TokenFile file)
    {
        var tokens = new int[file.Length];
        file.CopyTo(0, tokens);
        return tokens;
    }
}
