using LmModel.Tokenization;

namespace LmModel.Tests.Tokenization;

public sealed class TextPiecesTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(17)]
    [InlineData(1000)]
    public void A_text_that_cannot_be_cut_is_searched_only_a_few_times(int piece)
    {
        var pieces = Enumerable.Repeat(new string('a', piece), 2000).ToList();
        var looked = 0L;

        var cut = TextPieces.Cut(pieces, text =>
        {
            looked += text.Length;
            return 0;
        });

        Assert.Equal([string.Concat(pieces)], cut);
        Assert.InRange(looked, 1, 3 * 2000 * piece);
    }

    [Fact]
    public void Pieces_end_at_word_boundaries_and_give_the_tokens_of_the_whole_text()
    {
        var random = new Random(1);
        for (var round = 0; round < 200; round++)
        {
            var text = string.Concat(Enumerable.Range(0, 30).Select(_ =>
                new string((char)('a' + random.Next(3)), random.Next(40)) + (random.Next(2) == 0 ? " " : "\n ")));
            var pieces = new List<string>();
            for (var at = 0; at < text.Length; at += pieces[^1].Length)
            {
                pieces.Add(text.Substring(at, Math.Min(1 + random.Next(50), text.Length - at)));
            }

            var cut = TextPieces.Cut(pieces, TextPieces.BeforeWhiteSpace).ToList();

            Assert.Equal(text, string.Concat(cut));
            Assert.All(cut.Skip(1), part => Assert.True(char.IsWhiteSpace(part[0])));
            Tokenizer words = WordTokenizer.FromCorpus(text, 100);
            Assert.Equal(words.Encode(text), words.Encode(pieces).SelectMany(t => t));
        }
    }
}
