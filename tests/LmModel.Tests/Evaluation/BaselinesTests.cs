using LmModel.Evaluation.Comparison;
using LmModel.Evaluation.Ngrams;
using LmModel.Numerics;
using LmModel.Tokenization;

namespace LmModel.Tests.Evaluation;

public sealed class BaselinesTests
{
    private static readonly string Random = string.Concat(
        Enumerable.Range(0, 20_000).Select(i => "abcd"[(int)(Philox.Uniform(1, 0, i) * 4)]));

    [Fact]
    public void Random_text_costs_its_entropy_and_known_text_costs_almost_nothing()
    {
        var (training, heldOut) = (Random[..15_000], Random[15_000..]);

        var known = Baselines.Compression(training, training[..5000]);
        var unknown = Baselines.Compression(training, heldOut);

        // Four letters, each as likely: 2 bits.
        Assert.All(unknown, figure => Assert.InRange(figure.BitsPerByte, 1.95, 2.6));
        Assert.All(unknown, figure => Assert.InRange(figure.BitsPerByteAlone!.Value, 1.95, 2.8));
        // PPMd sees no further back than its order, so it cannot know where in the text it is as soon as the others do.
        Assert.All(
            known.Where(f => !f.Name.StartsWith("PPMd", StringComparison.Ordinal)),
            f => Assert.InRange(f.BitsPerByte, 0, 0.1));
    }

    [Fact]
    public void The_best_n_gram_model_comes_before_the_compressors()
    {
        var (training, heldOut) = (Random[..15_000], Random[15_000..]);

        var figures = Baselines.Measure(training, heldOut, CharacterTokenizer.FromCorpus("abcd"), order: 3);

        Assert.EndsWith(" 1-gram", figures[0].Name);
        Assert.Equal(2, figures[0].BitsPerByte, 0.01);
        Assert.Equal(Baselines.Compression(training, heldOut), figures.Skip(1));
    }

    [Fact]
    public void The_best_n_gram_model_has_the_lowest_loss_of_all_orders_and_smoothings()
    {
        var tokenizer = new ByteTokenizer();
        var text = tokenizer.Encode(
            string.Concat(Enumerable.Range(0, 500).Select(i => $"{i % 7} ducks and {i * i % 11} geese\n")));
        var counts = new NgramCounts(4, tokenizer.VocabularySize);
        counts.Add(text.AsSpan(0, 5000));

        var results = NgramBaseline.Measure(counts, tokenizer, text[5000..]);

        Assert.Equal(
            [.. from s in Enum.GetValues<Smoothing>() from n in Enumerable.Range(1, 4) select (s, n)],
            results.Select(r => (r.Smoothing, r.Order)));
        Assert.All(results, r => Assert.Equal(text.Length - 5001, r.Loss.Tokens));
        Assert.Equal(results.Min(r => r.Loss.NatsPerToken), NgramBaseline.Best(results).Loss.NatsPerToken);
        Assert.True(NgramBaseline.Best(results).Order > 1);
    }

    [Fact]
    public void A_held_out_text_with_nothing_to_predict_is_refused()
    {
        Assert.Throws<ArgumentException>(() => Baselines.Compression("abc", ""));
        Assert.Contains(
            "1 tokens leaves nothing to predict",
            Assert.Throws<ArgumentException>(() => Baselines.Measure("abc", "a", new ByteTokenizer())).Message);
    }
}
