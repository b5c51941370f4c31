using LmCli;

namespace LmModel.Tests.Cli;

public sealed class TrainSampleTests
{
    [Fact]
    public void A_sample_cannot_command_the_terminal() =>
        Assert.Equal(["  | a\tb", "  | \uFFFD[31mred"], TrainSample.Lines("\na\tb\n\u001b[31mred\n\n"));
}
