namespace LmModel.Tests.Training;

/// <summary>
/// Tests that train run alone: dropout draws from libtorch's one generator, which any other test that makes a network
/// would advance between two steps.
/// </summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class GlobalGenerator
{
    public const string Name = "libtorch's generator";
}
