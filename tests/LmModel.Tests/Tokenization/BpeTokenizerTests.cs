using System.Text;
using LmModel.Tokenization;

namespace LmModel.Tests.Tokenization;

public sealed class BpeTokenizerTests
{
    private static readonly string Corpus = string.Concat(Enumerable.Repeat(
        "the then there 123 naïve 日本語 it's 😀😀!\n  the end\n\n", 20));

    private static readonly BpeTokenizer Tokenizer = BpeTokenizer.Train(Corpus, 280);

    [Fact]
    public void The_first_256_tokens_are_the_bytes()
    {
        Assert.All(Enumerable.Range(0, 256), b => Assert.Equal([(byte)b], Tokenizer.TokenBytes(b).ToArray()));
        Assert.Equal(280, Tokenizer.VocabularySize);
        Assert.Equal("bpe", Tokenizer.Kind);
    }

    [Fact]
    public void The_most_frequent_pair_is_merged_first_and_ties_prefer_lower_ids()
    {
        // Words aab ×3 (one without a space, so Ġaab ×2): aa 3, ab 3, Ġa 2.
        var tokenizer = BpeTokenizer.Train("aab aab aab", 258);

        Assert.Equal([("a", "a"), ("aa", "b")], tokenizer.Merges);
        Assert.Equal([257, ' ', 257], tokenizer.Encode("aab aab"));
    }

    [Fact]
    public void Overlapping_pairs_are_merged_from_the_left() =>
        Assert.Equal([256, 'a', ' ', 256, 'a'], BpeTokenizer.Train("aaa aaa", 257).Encode("aaa aaa"));

    [Fact]
    public void Learning_ends_when_no_pair_occurs_twice() =>
        Assert.Equal(256, BpeTokenizer.Train("abcdef", 1000).VocabularySize);

    [Fact]
    public void An_empty_corpus_gives_only_bytes() => Assert.Equal(256, BpeTokenizer.Train("", 1000).VocabularySize);

    [Fact]
    public void A_vocabulary_smaller_than_the_256_bytes_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => BpeTokenizer.Train("abc", 255));

    [Fact]
    public void The_trainer_matches_an_implementation_that_recounts_after_every_merge()
    {
        var random = new Random(11);
        for (var round = 0; round < 30; round++)
        {
            var text = string.Concat(Enumerable.Range(0, 400).Select(_ => "aaabbc  é"[random.Next(9)]));

            Assert.Equal(MergesByCountingAnew(text, 40), BpeTokenizer.Train(text, 296).Merges);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("the then there")]
    [InlineData("  leading,   inner and trailing   ")]
    [InlineData("\r\n\t\v\f \u00a0\u2003\u3000 \u0085\u2028 x")]
    [InlineData("\0\u0001\u0007\u001b\u007f\u0080\u009f\u00ad")]
    [InlineData("emoji 😀👩‍👩‍👧🇩🇪 in \u202ebidi\u202c \ufeff\ufffe\uffff")]
    [InlineData("it's we'll I'd 'tis ''' ")]
    [InlineData("ñ vs n\u0303, Ġ Ċ are letters too")]
    public void Every_text_round_trips(string text) => Assert.Equal(text, Tokenizer.Decode(Tokenizer.Encode(text)));

    [Fact]
    public void Random_texts_round_trip()
    {
        string[] parts =
        [
            "the",
            " ",
            "  ",
            "\n",
            "\t",
            "é",
            "日本",
            "😀",
            "\0",
            "'s",
            "1",
            "!",
            "\u0301",
            "\ufffd",
            "\u200d",
            "Ġ",
            "<|endoftext|>",
        ];
        var random = new Random(3);
        for (var round = 0; round < 3_000; round++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(15)).Select(_ =>
                random.Next(3) == 0 ? AnyRune(random) : parts[random.Next(parts.Length)]));

            Assert.Equal(text, Tokenizer.Decode(Tokenizer.Encode(text)));
        }
    }

    [Fact]
    public void A_lone_surrogate_is_read_as_the_replacement_character() =>
        Assert.Equal("the\ufffd end\ufffd", Tokenizer.Decode(Tokenizer.Encode("the\ude00 end\ud83d")));

    [Theory]
    [InlineData('e')]
    [InlineData(' ')]
    [InlineData('!')]
    public void A_very_long_run_of_one_character_is_handled(char character)
    {
        var text = new string(character, 200_000);

        Assert.Equal(text, Tokenizer.Decode(Tokenizer.Encode(text)));
    }

    [Fact]
    public void Encoding_a_text_without_spaces_takes_linear_time()
    {
        // Took minutes when a piece had no bound: the encoder's time grows with the square of a piece.
        var text = string.Concat(Enumerable.Repeat("thenthere日本語", 50_000));

        Assert.Equal(text, Tokenizer.Decode(Tokenizer.Encode(text)));
    }

    [Fact]
    public void Pieces_end_between_characters()
    {
        var text = "!" + string.Concat(Enumerable.Repeat("😀", 1000));

        Assert.Equal([511, 512, 512, 466], PreTokens.Pattern.Matches(text).Select(m => m.Length));
        Assert.Equal(text, Tokenizer.Decode(Tokenizer.Encode(text)));
    }

    [Fact]
    public void Encoding_in_pieces_gives_the_tokens_of_the_whole_text_for_any_cut()
    {
        string[] parts =
        [
            "the",
            " ",
            "  ",
            "\n",
            "\r\n",
            "\t",
            "é",
            "日本",
            "😀",
            "'s",
            "'",
            "1",
            "!",
            "\u0301",
            "\u00a0",
            "then",
        ];
        var random = new Random(5);
        for (var round = 0; round < 2_000; round++)
        {
            var pieces = Enumerable
                .Range(0, random.Next(12))
                .Select(_ =>
                    string.Concat(Enumerable.Range(0, random.Next(8)).Select(_ => parts[random.Next(parts.Length)])))
                .ToList();

            Assert.Equal(
                Tokenizer.Encode(string.Concat(pieces)),
                Tokenizer.Encode(pieces).SelectMany(tokens => tokens));
        }
    }

    [Theory]
    [InlineData("then")]
    [InlineData("日本語")]
    [InlineData("😀")]
    [InlineData(" ")]
    [InlineData("12")]
    public void A_long_text_without_a_word_boundary_is_encoded_incrementally(string part)
    {
        var text = string.Concat(Enumerable.Repeat(part, 5_000));
        var pieces = Enumerable
            .Range(0, 50)
            .Select(i => text[(i * text.Length / 50)..((i + 1) * text.Length / 50)])
            .ToList();

        var encoded = Tokenizer.Encode(pieces).ToList();

        Assert.Equal(Tokenizer.Encode(text), encoded.SelectMany(tokens => tokens));
        Assert.True(encoded.Count > 5);
    }

    [Fact]
    public void Training_on_pieces_matches_training_on_the_whole_text()
    {
        var pieces = Corpus.Chunk(7).Select(p => new string(p));

        Assert.Equal(Tokenizer.Merges, BpeTokenizer.Train(WithoutHalves(pieces), 280).Merges);
    }

    [Fact]
    public void Several_threads_may_encode_at_once()
    {
        var expected = Tokenizer.Encode(Corpus);

        Parallel.For(0, 32, _ => Assert.Equal(expected, Tokenizer.Encode(Corpus)));
    }

    /// <summary>A piece ends between characters.</summary>
    private static IEnumerable<string> WithoutHalves(IEnumerable<string> pieces)
    {
        var half = "";
        foreach (var piece in pieces)
        {
            var text = half + piece;
            half = char.IsHighSurrogate(text[^1]) ? text[^1..] : "";
            yield return text[..(text.Length - half.Length)];
        }
    }

    private static string AnyRune(Random random)
    {
        var value = random.Next(0x10f800);
        return new Rune(value < 0xd800 ? value : value + 0x800).ToString();
    }

    /// <summary>Algorithm 1 of Sennrich et al. as it is written, with the same rule for ties.</summary>
    private static List<(string Left, string Right)> MergesByCountingAnew(string text, int most)
    {
        var vocabulary = BpeVocabulary.SingleBytes.ToList();
        var words = PreTokens.Pattern.Matches(text)
            .Select(m => Encoding.UTF8.GetBytes(m.Value).Select(b => (int)b).ToList()).ToList();
        var merges = new List<(string, string)>();
        while (merges.Count < most)
        {
            var best = words.SelectMany(w => w.Zip(w.Skip(1))).GroupBy(p => p)
                .OrderByDescending(g => g.Count()).ThenBy(g => g.Key.First).ThenBy(g => g.Key.Second)
                .FirstOrDefault();
            if (best is null || best.Count() < 2)
                break;
            var (left, right) = best.Key;
            merges.Add((vocabulary[left], vocabulary[right]));
            vocabulary.Add(vocabulary[left] + vocabulary[right]);
            foreach (var word in words)
            {
                for (var i = 0; i + 1 < word.Count; i++)
                {
                    if (word[i] == left && word[i + 1] == right)
                    {
                        word[i] = vocabulary.Count - 1;
                        word.RemoveAt(i + 1);
                    }
                }
            }
        }

        return merges;
    }
}
