using LmModel.Corpora;
using LmModel.Evaluation.Ngrams;
using LmModel.Evaluation.Samples;
using LmModel.Tokenization;

namespace LmModel.Tests.Evaluation.Samples;

/// <summary>Each measure on texts whose answer is known.</summary>
public sealed class MeasureTests
{
    private static readonly CorpusText Training =
        Corpus.FromText("t", "The king's daughter had a golden ball. She didn't play with it.\n").Text;

    [Fact]
    public void Words_that_the_prompt_began_or_the_limit_cut_are_not_counted()
    {
        Assert.Equal(["daughter", "had"], Words.Of(new SampleText("the kin", "g's daughter had a")));
        Assert.Equal(["a", "ball"], Words.Of(new SampleText("had ", "a ball. ")));
        Assert.Equal(["don’t", "don't"], Words.Of("don’t 'don't' 17"));
    }

    [Theory]
    [InlineData(" The king jewarded a ball.", 1, 5)]
    [InlineData(" THE KING HAD A BALL.", 0, 5)]
    [InlineData(" king's didn’t didn daughter's ", 0, 4)]
    [InlineData(" Chonely had a ball.", 1, 4)]
    public void Words_are_unknown_that_the_training_text_does_not_have(string text, int unknown, int all) =>
        Assert.Equal(new Share(unknown, all), Count(WordMeasures.UnknownTo(new(Training, default)), text));

    [Fact]
    public void Names_are_not_among_unknown_words_in_lower_case() => Assert.Equal(
        new Share(1, 4), Count(WordMeasures.UnknownLowerCaseTo(new(Training, default)), " Chonely jewarded the king."));

    [Fact]
    public void A_word_may_be_cut_by_the_pieces_in_which_the_training_text_is_read()
    {
        var text = string.Concat(Enumerable.Repeat("abcdefg ", 4000));
        var known = new KnownWords(Corpus.FromText("t", text).Text, default);

        Assert.True(known.Has("ABCDEFG"));
        Assert.All(Enumerable.Range(1, 6), length => Assert.False(known.Has("abcdefg"[..length])));
    }

    [Theory]
    [InlineData(" one two three four five six ", 0, 3)]
    [InlineData(" one two three four one two three four ", 1, 5)]
    [InlineData(" One two three four, ONE TWO THREE FOUR ", 1, 5)]
    [InlineData(" a a a a a a a ", 3, 4)]
    [InlineData(" one two ", 0, 0)]
    public void Four_grams_are_repeated_that_the_text_has_had_before(string text, int repeated, int all) =>
        Assert.Equal(new Share(repeated, all), Count(WordMeasures.RepeatedNgrams(4), text));

    [Theory]
    [InlineData(1, " the cat the dog ", 3, 4)]
    [InlineData(2, " the cat the cat ", 2, 3)]
    public void Distinct_n_grams_are_counted_once(int n, string text, int distinct, int all) =>
        Assert.Equal(new Share(distinct, all), Count(WordMeasures.DistinctNgrams(n), text));

    [Theory]
    [InlineData("", "\"Yes,\" he said, \"I will.\"", 0, 4)]
    [InlineData("", "\"Yes, he said, \"I will.\"", 1, 3)]
    [InlineData("", "Yes,\" he said.", 1, 1)]
    [InlineData("He said, \"Yes,", " I will.\" And he did.", 0, 1)]
    [InlineData("He said, \"Yes,", " \"I will.\"", 1, 2)]
    [InlineData("", "“Yes,” he said. “I will", 0, 3)]
    [InlineData("", "“Yes, “he said.” No”", 2, 4)]
    [InlineData("", "\"But I--\" said he.", 0, 2)]
    [InlineData("", "She cried:--\"Come!\"", 0, 2)]
    [InlineData("", "(\"Come!\")", 0, 2)]
    [InlineData("", "no quotes, but a ' one", 0, 0)]
    public void Quotes_are_unbalanced_that_do_not_fit(string prompt, string text, int unbalanced, int marks) =>
        Assert.Equal(new Share(unbalanced, marks), QuoteBalance.Count(prompt, text));

    [Theory]
    [InlineData("xx golden ball. zz", 14)]
    [InlineData("a golden ball. She didn't play", 30)]
    [InlineData("Ωθψ", 0)]
    [InlineData("", 0)]
    public void The_longest_passage_of_a_text_that_is_in_the_training_text_is_found(string text, int longest) =>
        Assert.Equal(
            [new(3, 1), new(longest, 1), new(4, 1)],
            new CopiedPassages(Training).Measure([new("", "She"), new("", text), new("", "king")], default));

    [Fact]
    public void Copied_passages_agree_with_searching_for_every_passage()
    {
        var random = new Random(5);
        string Letters(int n) => string.Concat(Enumerable.Range(0, n).Select(_ => (char)('a' + random.Next(3))));
        var training = Letters(300);
        List<SampleText> texts = [.. Enumerable.Range(0, 20).Select(_ => new SampleText(Letters(9), Letters(60)))];

        var found = new CopiedPassages(Corpus.FromText("t", training).Text).Measure(texts, default);

        Assert.Equal(
            texts.Select(text => Enumerable.Range(1, 60).Where(n => Enumerable.Range(0, 61 - n)
                .Any(i => training.Contains(text.Text.Substring(i, n), StringComparison.Ordinal))).Max()),
            found.Select(share => (int)share.Part));
    }

    [Fact]
    public void The_loss_under_an_n_gram_is_that_of_the_continuation_alone()
    {
        // A bigram model of "abab…" is all but certain of what follows a.
        var tokenizer = CharacterTokenizer.FromCorpus("abc");
        var counts = new NgramCounts(2, tokenizer.VocabularySize);
        counts.Add(tokenizer.Encode(string.Concat(Enumerable.Repeat("ab", 500)) + "c"));
        var best = NgramBaseline.Measure(counts, tokenizer, tokenizer.Encode("abab"))
            .Single(result => result is { Order: 2, Smoothing: Smoothing.WittenBell });
        var measure = new NgramLoss(counts, tokenizer, best);

        var shares = measure.Measure([new("cccc", "abab"), new("aba", "bab"), new("aba", "ccc")], default);

        Assert.Equal(4, shares[0].Whole);
        Assert.InRange(Share.Of([shares[1]]), 0, 0.05);
        Assert.InRange(Share.Of([shares[2]]), 5, 30);
    }

    private static Share Count(ISampleMeasure measure, string text) =>
        Assert.Single(measure.Measure([new("", text)], default));
}
