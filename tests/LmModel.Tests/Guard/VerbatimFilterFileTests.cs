using System.Buffers.Binary;
using System.Security.Cryptography;
using LmModel.Files;
using LmModel.Guard;

namespace LmModel.Tests.Guard;

public sealed class VerbatimFilterFileTests
{
    private static readonly int[] Text = Filters.RandomTokens(300, 50, seed: 1);
    private static readonly byte[] File = Written();

    [Fact]
    public void A_written_filter_reads_back_the_same()
    {
        var expected = Filters.Of(12, Text);

        var filter = Read(File).Filter!;

        Assert.Equal(
            (12, 291, expected.FalsePositiveRate, new string('0', 64)),
            (filter.Least, filter.Runs, filter.FalsePositiveRate, filter.WeightsSha256));
        Assert.Equal(expected.Words, filter.Words);
    }

    [Fact]
    public Task A_changed_file_is_refused() => Property.Holds(RandomInputs.Edits(File), 3000, changed =>
    {
        var (filter, problems) = Read(changed);
        Assert.Equal(changed.SequenceEqual(File), filter is not null);
        Assert.Equal(filter is null, problems.Count > 0);
    });

    [Theory]
    [InlineData(8, 2, "the version must be 1, not 2")]
    [InlineData(16, 1, "the number of held runs in a run must be 3, not 1")]
    [InlineData(20, 4, "the number of bits for a run must be 5, not 4")]
    [InlineData(12, 3, "the shortest run must have 4 to 1024 tokens, not 3")]
    [InlineData(12, -1, "the shortest run must have 4 to 1024 tokens, not -1")]
    [InlineData(24, 0, "the number of held runs must be at least 1, not 0")]
    public void A_header_that_cannot_be_right_is_refused_although_the_file_is_whole(int at, int value, string problem)
    {
        var file = File.ToArray();
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(at), value);
        SHA256.HashData(file.AsSpan(0, file.Length - 32), file.AsSpan(file.Length - 32));

        Assert.Equal($"x:\n- {problem}", Read(file).Problems.Describe("x"));
    }

    [Theory]
    [InlineData("", "is empty, or is not a regular file but a pipe, a socket or a device")]
    [InlineData("words", "is not a filter of runs, which lm guard writes")]
    [InlineData(
        "version https://git-lfs.github.com/spec/v1",
        "is not a filter of runs: it looks like a Git LFS pointer instead of the file: run git lfs pull in the "
            + "repository that it comes from")]
    public void Another_file_in_its_place_is_named(string content, string problem) =>
        Assert.Equal($"x:\n- {problem}", Read(System.Text.Encoding.UTF8.GetBytes(content)).Problems.Describe("x"));

    [Fact]
    public void Part_of_a_file_is_called_cut_off_or_damaged()
    {
        Assert.Contains("it is cut off; run lm guard again", Read(File[..50]).Problems.Describe("x"));
        Assert.Contains("is damaged: its SHA-256 is not the one at its end", Read(File[..^8]).Problems.Describe("x"));
    }

    private static (VerbatimFilter? Filter, ProblemList Problems) Read(byte[] file)
    {
        var problems = new ProblemList();
        return (VerbatimFilterFile.Read(file, problems), problems);
    }

    private static byte[] Written()
    {
        using var stream = new MemoryStream();
        VerbatimFilterFile.Write(stream, Filters.Of(12, Text));
        return stream.ToArray();
    }
}
