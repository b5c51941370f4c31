using LmModel.Evaluation.Ngrams;
using LmModel.Inference;
using LmModel.Sampling;

namespace LmModel.Tests.Evaluation.Ngrams;

public sealed class NgramStepModelTests
{
    private const int Symbols = 7;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void It_predicts_what_the_scorer_scores(int order)
    {
        var random = new Random(3);
        var counts = new NgramCounts(5, Symbols);
        counts.Add(Text(random, 400));
        var text = Text(random, 60);
        foreach (var smoothing in Enum.GetValues<Smoothing>())
        {
            var expected = NgramScorer.Score(counts, text, smoothing).ElementAt(order - 1);
            using var model = new NgramStepModel(counts, order, smoothing);
            var state = RecurrentState.Zero(model.StateSize);
            var logits = new float[Symbols];
            for (var i = 0; i + 1 < text.Length; i++)
            {
                model.Step([text[i]], [state], logits);

                Assert.Equal(expected[i], -Logprobs.Of(logits, text[i + 1]), 1e-5);
                Assert.Equal(0, Logprobs.LogSumExp(logits), 1e-5);
            }
        }
    }

    [Fact]
    public void Tokens_read_together_are_those_read_one_by_one()
    {
        var random = new Random(4);
        var counts = new NgramCounts(4, Symbols);
        counts.Add(Text(random, 300));
        using var model = new NgramStepModel(counts, 4, Smoothing.KneserNey);
        var (once, stepwise) = (RecurrentState.Zero(model.StateSize), RecurrentState.Zero(model.StateSize));
        var text = Text(random, 9);
        model.Advance(text, [text.Length], [once], []);
        foreach (var token in text)
        {
            model.Step([token], [stepwise], []);
        }

        Assert.Equal(stepwise.Values.ToArray(), once.Values.ToArray());
    }

    private static int[] Text(Random random, int length)
    {
        // Neighbours depend on one another.
        var text = new int[length];
        for (var i = 1; i < length; i++)
        {
            text[i] = random.Next(3) == 0 ? random.Next(Symbols) : (text[i - 1] + 1) % Symbols;
        }

        return text;
    }
}
