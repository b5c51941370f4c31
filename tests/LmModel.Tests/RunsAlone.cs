namespace LmModel.Tests;

/// <summary>
/// Tests that need the process for themselves: training draws dropout from libtorch's one generator, which any other test
/// that makes a network would advance; and a process's memory is everybody's.
/// </summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class RunsAlone
{
    public const string Name = "runs alone";
}
