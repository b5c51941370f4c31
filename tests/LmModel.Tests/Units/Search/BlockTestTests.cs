using LmModel.Units.Search;

namespace LmModel.Tests.Units.Search;

public sealed class BlockTestTests
{
    private const int Blocks = 30;
    private const int Length = Blocks * BlockTest.BlockLength;

    [Fact]
    public void The_p_value_of_equal_blocks_is_the_smallest_that_they_allow()
    {
        var labels = Enumerable.Range(0, Length).Select(i => i % 2 == 1).ToArray();
        var ranks = Ranks.Of([.. labels.Select(label => label ? 1f : 0)]);

        Assert.Equal(7 * Math.Exp(-Blocks / 2d), BlockTest.PValue(ranks, labels, 1, 7), 1e-9);
        Assert.Equal(1, BlockTest.PValue(ranks, labels, -1, 7));
        Assert.True(BlockTest.PValue(ranks, labels, 1, 7) < BlockTest.Level);
    }

    /// <summary>A block by chance on the right side must not look like its 250 tokens.</summary>
    [Fact]
    public void Values_that_change_only_from_block_to_block_are_not_significant()
    {
        var random = new Random(3);
        for (var trial = 0; trial < 100; trial++)
        {
            var (of, own) = (Coins(random), Coins(random));
            var labels = Enumerable.Range(0, Length).Select(i => of[i / BlockTest.BlockLength]).ToArray();
            var ranks = Ranks.Of([.. Enumerable.Range(0, Length).Select(i => own[i / BlockTest.BlockLength] ? 1f : 0)]);
            Assert.False(BlockTest.PValue(ranks, labels, 1, 100) < BlockTest.Level);
        }
    }

    [Fact]
    public void Fewer_blocks_than_the_fewest_cannot_be_significant()
    {
        var fewest = BlockTest.FewestBlocks(1000);
        Assert.InRange(1000 * Math.Exp(-fewest / 2d), 0, BlockTest.Level);
        Assert.True(1000 * Math.Exp(-(fewest - 1) / 2d) > BlockTest.Level);
    }

    private static bool[] Coins(Random random) =>
        [.. Enumerable.Range(0, Blocks).Select(_ => random.Next(2) == 1)];
}
