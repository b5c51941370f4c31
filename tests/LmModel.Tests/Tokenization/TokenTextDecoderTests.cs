using System.Text;
using LmModel.Tokenization;

namespace LmModel.Tests.Tokenization;

public sealed class TokenTextDecoderTests
{
    [Fact]
    public void A_character_is_emitted_with_its_last_byte() =>
        Assert.Equal(["h", "", "é", "", "", "", "😀"], Pieces("hé😀"u8));

    [Fact]
    public void A_byte_that_does_not_start_a_character_is_replaced_at_once() =>
        Assert.Equal(["\ufffd", "a", "\ufffd"], Pieces([0x80, 0x61, 0xff]));

    [Fact]
    public void An_unfinished_character_is_replaced_once_when_other_bytes_follow() =>
        Assert.Equal(["", "", "", "\ufffda"], Pieces([0xf0, 0x9f, 0x98, 0x61]));

    [Fact]
    public void Random_bytes_decode_as_they_do_all_at_once()
    {
        // Mostly bytes that begin or continue characters, so that near misses of every length are common.
        byte[] likely =
        [
            0x41,
            0x7f,
            0x80,
            0x8f,
            0x90,
            0x9f,
            0xa0,
            0xbf,
            0xc0,
            0xc2,
            0xdf,
            0xe0,
            0xe2,
            0xed,
            0xef,
            0xf0,
            0xf4,
            0xf5,
        ];
        var random = new Random(7);
        for (var round = 0; round < 20_000; round++)
        {
            var bytes = new byte[random.Next(12)];
            for (var i = 0; i < bytes.Length; i++)
                bytes[i] = random.Next(4) == 0 ? (byte)random.Next(256) : likely[random.Next(likely.Length)];

            var pieces = Pieces(bytes);

            Assert.Equal(DecodedAtOnce(bytes), string.Concat(pieces));
            Assert.All(pieces, piece => Assert.True(IsWellFormed(piece)));
        }
    }

    [Fact]
    public void Multibyte_tokens_may_begin_and_end_inside_characters()
    {
        var tokenizer = new PairsOfBytes();
        var decoder = new TokenTextDecoder(tokenizer);
        var pieces = tokenizer.Encode("a日本語é😀!").Select(decoder.Append).ToArray();

        Assert.Equal("a日本語é😀!", string.Concat(pieces));
        Assert.All(pieces, piece => Assert.True(IsWellFormed(piece)));
    }

    [Fact]
    public void An_invalid_token_id_is_always_refused()
    {
        var decoder = new TokenTextDecoder(new ByteTokenizer());

        Assert.Throws<ArgumentOutOfRangeException>(() => decoder.Append(256));
        decoder.Append(0xc3);
        Assert.Throws<ArgumentOutOfRangeException>(() => decoder.Append(-1));
        Assert.Equal("é", decoder.Append(0xa9));
    }

    [Fact]
    public void Previously_seen_tokens_of_whole_characters_allocate_nothing()
    {
        var tokenizer = CharacterTokenizer.FromCorpus("aé😀\0");
        var tokens = tokenizer.Encode("aé😀\0");
        foreach (var id in tokens)
            new TokenTextDecoder(tokenizer).Append(id);
        var decoder = new TokenTextDecoder(tokenizer);
        var length = 0;

        var allocated = Allocations.Of(() =>
        {
            length = 0;
            for (var i = 0; i < 1_000; i++)
            {
                foreach (var id in tokens)
                    length += decoder.Append(id).Length;
            }
        });

        Assert.Equal(0, allocated);
        Assert.Equal(5_000, length);
    }

    [Fact]
    public async Task Many_threads_decode_the_same_texts()
    {
        var tokenizer = new PairsOfBytes();
        var text = string.Concat(Enumerable.Range(32, 2_000).Select(c => (char)c));
        var tokens = tokenizer.Encode(text);

        var texts = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
        {
            var decoder = new TokenTextDecoder(tokenizer);
            return string.Concat(tokens.Select(decoder.Append));
        })));

        Assert.All(texts, read => Assert.Equal(text, read));
    }

    private static string[] Pieces(ReadOnlySpan<byte> bytes)
    {
        var decoder = new TokenTextDecoder(new ByteTokenizer());
        return Array.ConvertAll(bytes.ToArray(), b => decoder.Append(b));
    }

    private static bool IsWellFormed(string text) =>
        Encoding.Unicode.GetString(Encoding.Unicode.GetBytes(text)) == text;

    /// <summary>
    /// What Encoding.UTF8 makes of all bytes, without the character that is still unfinished at the end.
    /// </summary>
    private static string DecodedAtOnce(ReadOnlySpan<byte> bytes)
    {
        for (var unfinished = TokenTextDecoder.MaxPendingBytes; unfinished > 0; unfinished--)
        {
            if (unfinished <= bytes.Length
                && Rune.DecodeFromUtf8(bytes[^unfinished..], out _, out var length)
                    == System.Buffers.OperationStatus.NeedMoreData
                && length == unfinished)
            {
                return Encoding.UTF8.GetString(bytes[..^unfinished]);
            }
        }

        return Encoding.UTF8.GetString(bytes);
    }

    /// <summary>Two bytes per token: id = first · 257 + second, 256 standing for none.</summary>
    private sealed class PairsOfBytes : Tokenizer
    {
        public override string Kind => "pairs";

        public override int VocabularySize => 257 * 257;

        private protected override int[] EncodeNormalized(string text) =>
            [.. Encoding.UTF8.GetBytes(text).Chunk(2).Select(b => (b[0] * 257) + (b.Length > 1 ? b[1] : 256))];

        public override ReadOnlySpan<byte> TokenBytes(int id) =>
            id % 257 == 256 ? new[] { (byte)(id / 257) } : new[] { (byte)(id / 257), (byte)(id % 257) };
    }
}
