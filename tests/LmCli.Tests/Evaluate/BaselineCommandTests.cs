namespace LmCli.Tests.Evaluate;

public sealed class BaselineCommandTests : DuckTextTests
{
    [Fact]
    public async Task N_grams_and_compressors_are_compared_on_a_text()
    {
        var (code, output, error) = await LmProcess.RunAsync("baseline", Text, "--order", "3", "--tokenizer", "bytes");

        Assert.True(code == 0, error);
        Assert.Contains("bytes, 256 in the vocabulary", output);
        Assert.Equal(
            3,
            output.Split('\n').Count(line => line.StartsWith("    ", StringComparison.Ordinal) && char.IsDigit(line[4]))
        );
        Assert.Contains("3-gram: contiguous ", output);
        Assert.Contains("a higher --order may be even better", output);
        Assert.Contains("\nLZMA (xz -9e) ", output);
        Assert.Contains("\nPPMd, order 6 ", output);
        Assert.Contains("\nleak check: ", output);
    }
}
