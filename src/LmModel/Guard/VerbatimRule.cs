namespace LmModel.Guard;

/// <summary>What a text must not contain: a run of a number of tokens of the training text.</summary>
internal sealed record VerbatimRule
{
    /// <param name="filter">The runs of the training text.</param>
    /// <param name="run">Tokens of the shortest run that is refused, from <see cref="VerbatimFilter.Least"/> on.</param>
    /// <exception cref="ArgumentOutOfRangeException">The filter does not serve that length.</exception>
    public VerbatimRule(VerbatimFilter filter, int run)
    {
        if (Problem(filter, run) is { } problem)
        {
            throw new ArgumentOutOfRangeException(nameof(run), run, problem);
        }

        (Filter, Run) = (filter, run);
    }

    public VerbatimFilter Filter { get; }

    public int Run { get; }

    /// <summary>Why a model cannot refuse runs of a length, and what to do; null if it can.</summary>
    /// <param name="filter">The filter of its folder; null if it has none.</param>
    /// <param name="run">Tokens.</param>
    public static string? Problem(VerbatimFilter? filter, int run) => filter is null
        ? "The model folder has no verbatim.filter, which lm guard MODEL --training TEXT makes."
        : run >= filter.Least && run <= VerbatimFilter.MaxRun
            ? null
            : $"The verbatim.filter of the model refuses runs of {filter.Least} to {VerbatimFilter.MaxRun} tokens, "
                + $"not of {run}; lm guard --verbatim makes another one.";
}
