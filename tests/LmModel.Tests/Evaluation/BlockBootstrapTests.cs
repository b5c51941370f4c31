using LmModel.Evaluation;
using LmModel.Numerics;

namespace LmModel.Tests.Evaluation;

public sealed class BlockBootstrapTests
{
    [Fact]
    public void The_interval_is_reproducible_and_contains_the_estimate()
    {
        var result = Result(Losses(seed: 5, pieces: 300, memory: 0.5));

        var interval = BlockBootstrap.NatsPerToken(result);

        Assert.NotNull(interval);
        Assert.Equal(interval, BlockBootstrap.NatsPerToken(result));
        Assert.True(interval.Value.Holds(result.NatsPerToken));
        Assert.True(BlockBootstrap.BitsPerByte(result)!.Value.Holds(result.BitsPerByte));
    }

    /// <summary>Losses that remember the ones before for some pieces: as long as a block is, not longer.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(0.6)]
    public void About_95_of_100_intervals_contain_the_true_value(double memory)
    {
        const int Texts = 200;

        var held = Enumerable.Range(0, Texts)
            .Count(t => BlockBootstrap.NatsPerToken(Result(Losses(t, pieces: 1000, memory)))!.Value.Holds(2));

        Assert.InRange(held, 0.88 * Texts, 0.99 * Texts);
    }

    [Fact]
    public void Dependent_losses_give_a_wider_interval_than_independent_losses_of_the_same_spread()
    {
        var losses = Losses(seed: 5, pieces: 1000, memory: 0.8);
        var shuffled = losses.Index().OrderBy(l => Philox.Uniform(7, 0, l.Index)).Select(l => l.Item).ToArray();

        Assert.True(
            Width(BlockBootstrap.NatsPerToken(Result(losses)))
                > 1.5 * Width(BlockBootstrap.NatsPerToken(Result(shuffled))));
    }

    [Fact]
    public void Variation_common_to_both_models_cancels_in_their_difference()
    {
        var losses = Losses(seed: 5, pieces: 300, memory: 0.5);
        var (first, second) = (Result(losses), Result([.. losses.Select(l => l - 0.01)]));

        var difference = BlockBootstrap.NatsPerTokenDifference(first, second)!.Value;

        Assert.Equal(0.01, difference.Low, 1e-9);
        Assert.Equal(0.01, difference.High, 1e-9);
        Assert.True(Width(BlockBootstrap.NatsPerToken(first)) > 0.01);
        Assert.Equal(0.01 / Math.Log(2), BlockBootstrap.BitsPerByteDifference(first, second)!.Value.Low, 1e-9);
    }

    [Fact]
    public void No_interval_is_given_for_fewer_than_ten_blocks()
    {
        Assert.Null(BlockBootstrap.NatsPerToken(Result(Losses(seed: 1, pieces: 99, memory: 0))));
        Assert.NotNull(BlockBootstrap.NatsPerToken(Result(Losses(seed: 1, pieces: 100, memory: 0))));
    }

    [Fact]
    public void Comparing_results_of_texts_of_different_lengths_throws()
    {
        var (first, second) = (Result(Losses(1, 200, 0)), Result(Losses(1, 300, 0)));
        Assert.Contains(
            "one has 200 pieces of 100 bytes, one 300",
            Assert.Throws<ArgumentException>(() => BlockBootstrap.BitsPerByteDifference(first, second)).Message);
    }

    private static double Width(Interval? interval) => interval!.Value.High - interval.Value.Low;

    /// <summary>Mean losses of pieces around 2, each of which keeps a share of how the one before differed.</summary>
    private static double[] Losses(long seed, int pieces, double memory)
    {
        var losses = new double[pieces];
        var differs = 0.0;
        for (var i = 0; i < pieces; i++)
        {
            differs = (memory * differs) + (Math.Sqrt(1 - (memory * memory)) * (Philox.Uniform(seed, 9, i) - 0.5));
            losses[i] = 2 + differs;
        }

        return losses;
    }

    private static EvaluationResult Result(double[] losses) =>
        new(Protocol.Contiguous, 0, losses.Length * 100, losses.Sum() * 100, losses.Length * 100, losses.Length * 100)
        {
            Pieces = [.. losses.Select(l => new LossPiece(l * 100, 100, 100))],
        };
}
