namespace LmModel.Guard;

/// <summary>What a text must not contain: a run of a number of tokens of the training text.</summary>
internal sealed record VerbatimRule
{
    private VerbatimRule(VerbatimFilter filter, int run) => (Filter, Run) = (filter, run);

    public VerbatimFilter Filter { get; }

    /// <summary>Tokens of the shortest run that is refused.</summary>
    public int Run { get; }

    /// <param name="filter">The runs of the training text.</param>
    /// <param name="run">Tokens, at least <see cref="VerbatimFilter.Least"/>.</param>
    /// <exception cref="ArgumentException">The filter cannot refuse such runs; the message says why.</exception>
    public static VerbatimRule Of(VerbatimFilter? filter, int run) =>
        Problem(filter, run) is { } problem ? throw new ArgumentException(problem) : new(filter!, run);

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
