namespace LmApi.Tests;

/// <summary>Tests that need the process for themselves, because they count its memory.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class RunsAlone
{
    public const string Name = "runs alone";
}
