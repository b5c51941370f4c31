namespace LmModel.Tests;

/// <summary>
/// Tests that need the process for themselves: those that seed libtorch's one generator, which any other test that
/// makes a network would advance, and those that count the memory or the time of the whole process.
/// </summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class RunsAlone
{
    public const string Name = "runs alone";
}
