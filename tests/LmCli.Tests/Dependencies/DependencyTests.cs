namespace LmCli.Tests.Dependencies;

public sealed class DependencyTests
{
    private static readonly FolderOrder Order = new("src/LmCli",
    [
        "Terminal", "Options", "Plots", "ShellCompletion", "Keys", "Guard", "Generate", "Evaluate", "Complete",
        "Score", "Explain", "Quantize", "Units", "Audit", "Train",
        "Bench.Measures", "Bench.Load", "Bench.Peers", "Bench", "",
    ]);

    [Fact]
    public void The_folders_of_the_command_depend_only_on_those_below_them()
    {
        Assert.Empty(Order.Missing());
        Assert.Empty(Order.Violations());
    }
}
