using LmCli.Train;

namespace LmCli.Tests.Train;

public sealed class TrainSampleTests
{
    [Fact]
    public void A_sample_cannot_command_the_terminal() =>
        Assert.Equal(["  | a\tb", "  | \\x1B[31mred"], TrainSample.Lines("\na\tb\n\u001b[31mred\n\n"));

    [Fact]
    public void The_line_ends_of_a_text_with_carriage_returns_are_line_ends() =>
        Assert.Equal(["  | Duck", "  | ", "  | goose"], TrainSample.Lines("\r\nDuck\r\n\r\ngoose\r\n"));
}
