using LmModel.Files;

namespace LmModel.Audits;

/// <summary>What an audit measured about a model: <c>audit.json</c>.</summary>
internal sealed record AuditReport : IMeasuredReport
{
    /// <inheritdoc/>
    public required string WeightsSha256 { get; init; }

    /// <summary>Name of the text that the model was trained on.</summary>
    public required string TrainingText { get; init; }

    /// <summary>SHA-256 of that text, lower-case hexadecimal.</summary>
    public required string TrainingTextSha256 { get; init; }

    /// <summary>The part of the text that was not trained on and is compared with, in words.</summary>
    public required string HeldOut { get; init; }

    /// <summary>Whether less was measured to be done within two minutes, so that intervals are wider.</summary>
    public required bool Quick { get; init; }

    /// <summary>Version of LmService.</summary>
    public required string Version { get; init; }

    /// <summary>One section a measure, in the order of the report.</summary>
    public required IReadOnlyList<AuditSection> Sections { get; init; }

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        foreach (var problem in Sha256Text.Problems(
            ("weights_sha256", WeightsSha256), ("training_text_sha256", TrainingTextSha256)))
        {
            yield return problem;
        }

        foreach (var name in Sections.GroupBy(section => section.Name).Where(g => g.Count() > 1).Select(g => g.Key))
        {
            yield return $"sections has {ProblemList.Show(name)} more than once";
        }

        foreach (var section in Sections)
        {
            foreach (var problem in section.Problems())
            {
                yield return $"{ProblemList.Show(section.Name)}: {problem}";
            }
        }
    }
}
