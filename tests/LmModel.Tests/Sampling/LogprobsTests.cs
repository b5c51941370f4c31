using LmModel.Sampling;

namespace LmModel.Tests.Sampling;

public sealed class LogprobsTests
{
    [Fact]
    public void Log_probabilities_match_the_softmax()
    {
        float[] logits = [MathF.Log(0.5f) + 7, MathF.Log(0.25f) + 7, MathF.Log(0.25f) + 7];

        Assert.Equal(MathF.Log(0.5f), Logprobs.Of(logits, 0), 1e-6f);
        Assert.Equal(MathF.Log(0.25f), Logprobs.Of(logits, 2), 1e-6f);
    }

    [Fact]
    public void Extreme_logits_keep_their_precision()
    {
        Assert.Equal(0, Logprobs.Of([1000, -1000], 0));
        Assert.Equal(-2000, Logprobs.Of([1000, -1000], 1));
        Assert.Equal(-MathF.Log(2), Logprobs.Of([1000, 1000], 1), 1e-6f);
        Assert.Equal(float.NegativeInfinity, Logprobs.Of([0, float.NegativeInfinity], 1));
    }

    [Fact]
    public void The_most_probable_tokens_are_sorted_by_probability_then_id()
    {
        var top = Logprobs.Top([1, 3, 2, 3, 1], 4);

        Assert.Equal([1, 3, 2, 0], top.Select(t => t.Id));
        Assert.Equal(Logprobs.Of([1, 3, 2, 3, 1], 2), top[2].Logprob);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(2, 2)]
    [InlineData(9, 3)]
    public void As_many_as_requested_are_returned_but_no_more_than_there_are_tokens(int count, int expected) =>
        Assert.Equal(expected, Logprobs.Top([1, 2, 3], count).Length);

    [Fact]
    public void The_most_probable_tokens_match_a_sorting_implementation()
    {
        var random = new Random(4);
        for (var round = 0; round < 1_000; round++)
        {
            float[] logits = [.. Enumerable.Range(0, 1 + random.Next(30)).Select(_ => (float)random.Next(-5, 6))];
            var count = random.Next(35);

            Assert.Equal(
                Enumerable.Range(0, logits.Length).OrderByDescending(id => logits[id]).ThenBy(id => id).Take(count),
                Logprobs.Top(logits, count).Select(t => t.Id));
        }
    }

    [Fact]
    public void Nothing_but_the_result_is_allocated()
    {
        var logits = new float[1000];
        Assert.Equal(5, Logprobs.Top(logits, 5).Length);

        // Five pairs of 8 bytes, and the header of the array.
        Assert.Equal((5 * 8) + 24, Allocations.Of(() => Logprobs.Top(logits, 5)));
    }
}
