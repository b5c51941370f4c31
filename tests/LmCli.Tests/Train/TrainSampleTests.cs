using LmCli.Train;

namespace LmCli.Tests.Train;

public sealed class TrainSampleTests
{
    [Fact]
    public void Control_characters_in_a_sample_are_escaped() =>
        Assert.Equal(["  | a\tb", "  | \\x1B[31mred"], TrainSample.Lines("\na\tb\n\u001b[31mred\n\n"));

    [Fact]
    public void Carriage_returns_are_treated_as_line_ends() =>
        Assert.Equal(["  | Duck", "  | ", "  | goose"], TrainSample.Lines("\r\nDuck\r\n\r\ngoose\r\n"));
}
