using LmCli.Options;
using LmModel.Corpora;
using LmModel.Quantization;

namespace LmCli.Tests.Options;

public sealed class CommandLinesTests
{
    private static readonly PrecisionReport Report = new()
    {
        Default = Precision.Fp32,
        Tolerance = 0.001,
        WeightsSha256 = "",
        Text = "ducks.txt",
        TextSha256 = "",
        TextShare = 0.25,
        Protocol = PrecisionReport.Contiguous,
        Window = 0,
        Tokens = 10,
        Figures = [],
    };

    [Theory]
    [InlineData(0.1, " --split validation")]
    [InlineData(0.25, " --split validation --validation 0.25")]
    public void The_printed_options_reproduce_the_held_out_part(double share, string options)
    {
        Assert.Equal(options, CommandLines.Options(new HoldOut { Share = share }));
        Assert.Equal(
            " --split validation --hold-out a.txt --hold-out 'Grimm*'",
            CommandLines.Options(new HoldOut { Share = share, Documents = ["a.txt", "Grimm*"] }));
        Assert.Equal(
            " --split validation --validation-text 'my valid.txt'",
            CommandLines.Options(new HoldOut { Share = share, ValidationText = "/data/my valid.txt" }));
    }

    [Fact]
    public void The_printed_measurement_command_contains_only_non_default_options()
    {
        Assert.Equal(
            "lm quantize models/gru ducks.txt --split validation --validation 0.25 --protocol contiguous",
            CommandLines.Quantize("gru", Report));
        Assert.Equal(
            "lm quantize models/gru ducks.txt --window 7",
            CommandLines.Quantize("gru", Report with { TextShare = 1, Protocol = PrecisionReport.Cold, Window = 7 }));
    }
}
