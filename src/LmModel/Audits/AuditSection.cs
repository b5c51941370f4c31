using LmModel.Files;

namespace LmModel.Audits;

/// <summary>The answer of an audit to one question, such as whether a model gives up its training text.</summary>
internal sealed record AuditSection
{
    /// <summary>Short and stable, such as <c>memorization</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The heading of the section.</summary>
    public required string Title { get; init; }

    /// <summary>What is asked and how, in a few sentences of Markdown.</summary>
    public required string Protocol { get; init; }

    /// <summary>What was measured.</summary>
    public required IReadOnlyList<AuditFigure> Figures { get; init; }

    /// <summary>What was measured at several strengths, lengths and the like; may be empty.</summary>
    public required IReadOnlyList<AuditCurve> Curves { get; init; }

    /// <summary>What the figures do not tell, and the remedy with its command, in sentences of Markdown.</summary>
    public required IReadOnlyList<string> Notes { get; init; }

    public IEnumerable<string> Problems()
    {
        foreach (var name in Figures.Select(figure => figure.Name).Concat(Curves.Select(curve => curve.Name))
            .GroupBy(name => name).Where(g => g.Count() > 1).Select(g => g.Key))
        {
            yield return $"there is more than one {ProblemList.Show(name)}";
        }

        if (Notes.Any(note => note is null))
        {
            yield return "notes must be a list of texts, but has null";
        }

        foreach (var curve in Curves)
        {
            foreach (var problem in curve.Problems())
            {
                yield return $"{ProblemList.Show(curve.Name)}: {problem}";
            }
        }

        foreach (var figure in Figures)
        {
            foreach (var problem in figure.Problems())
            {
                yield return $"{ProblemList.Show(figure.Name)}: {problem}";
            }
        }
    }
}
