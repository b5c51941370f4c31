using LmModel.Tokenization;

namespace LmModel.Tests.Tokenization;

public sealed class ByteTokenizerTests
{
    private readonly ByteTokenizer _tokenizer = new();

    [Fact]
    public void Tokens_are_UTF_8_bytes()
    {
        Assert.Equal([0x68, 0xc3, 0xa9, 0xf0, 0x9f, 0x98, 0x80], _tokenizer.Encode("hé😀"));
        Assert.Equal(256, _tokenizer.VocabularySize);
    }

    [Theory]
    [InlineData("")]
    [InlineData("naïve 日本語 👩‍👩‍👧\0\r\n")]
    public void Every_text_round_trips(string text) => Assert.Equal(text, _tokenizer.Decode(_tokenizer.Encode(text)));

    [Fact]
    public void A_lone_surrogate_is_read_as_the_replacement_character() =>
        Assert.Equal("a\ufffdb", _tokenizer.Decode(_tokenizer.Encode("a\ud83db")));

    [Theory]
    [InlineData(-1)]
    [InlineData(256)]
    public void An_id_that_is_not_a_byte_is_refused(int id) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => _tokenizer.TokenBytes(id).Length);
}
