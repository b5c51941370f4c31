using LmModel.Evaluation;
using LmModel.Tokenization;

namespace LmModel.Tests.Evaluation;

public sealed class ScoredTextTests
{
    private static readonly string Text =
        string.Concat(Enumerable.Range(0, 400).Select(i => $"The {i % 13}th duck swam to the {i % 17}th reed. 🦆é\n"));

    [Fact]
    public void Pieces_sum_to_the_total()
    {
        var tokenizer = BpeTokenizer.Train(Text, 300);
        var tokens = tokenizer.Encode(Text);
        var nats = tokens.Skip(1).Select((id, i) => id + (i * 0.001)).ToArray();

        var result = new ScoredText(tokens, tokenizer).Result(Protocol.Contiguous, 0, nats);

        Assert.Equal(nats.Sum(), result.Pieces.Sum(p => p.Nats), 1e-6);
        Assert.Equal(result.Nats, nats.Sum());
        Assert.Equal(result.Tokens, result.Pieces.Sum(p => p.Tokens));
        Assert.Equal(result.Bytes, result.Pieces.Sum(p => p.Bytes));
    }

    [Fact]
    public void All_tokenizers_split_a_text_into_the_same_pieces()
    {
        Tokenizer[] tokenizers =
        [
            new ByteTokenizer(),
            CharacterTokenizer.FromCorpus(Text),
            BpeTokenizer.Train(Text, 280),
            BpeTokenizer.Train(Text, 500),
        ];

        var pieces = tokenizers.Select(t =>
        {
            var tokens = t.Encode(Text);
            return new ScoredText(tokens, t).Result(Protocol.Contiguous, 0, new double[tokens.Length - 1]).Pieces;
        }).ToList();

        foreach (var other in pieces)
        {
            Assert.Equal(pieces[0].Count, other.Count);
            Assert.All(other.SkipLast(1), p => Assert.InRange(p.Bytes, 60, 140));
        }
    }

    [Fact]
    public void A_token_longer_than_a_piece_leaves_empty_pieces()
    {
        var text = new string('a', 512);
        var tokenizer = BpeTokenizer.Train(string.Concat(Enumerable.Repeat(text + "\n", 4)), 264);
        var tokens = tokenizer.Encode(text + "\n" + text);
        Assert.Contains(tokens, id => tokenizer.TokenBytes(id).Length > 2 * ScoredText.PieceBytes);

        var result = new ScoredText(tokens, tokenizer).Result(Protocol.Contiguous, 0, new double[tokens.Length - 1]);

        Assert.Equal(11, result.Pieces.Count);
        Assert.Contains(default, result.Pieces);
        Assert.Equal(result.Bytes, result.Pieces.Sum(p => p.Bytes));
    }
}
