using System.Text.Json.Serialization;
using LmModel.Files;

namespace LmModel.Units;

/// <summary>The units of a model that follow something nameable, and the evidence: <c>units.json</c>.</summary>
internal sealed record UnitReport : IMeasuredReport
{
    /// <summary>SHA-256 of the weights that were read with, lower-case hexadecimal.</summary>
    public required string WeightsSha256 { get; init; }

    /// <summary>Name of the text's file.</summary>
    public required string Text { get; init; }

    /// <summary>SHA-256 of the text's file, lower-case hexadecimal.</summary>
    public required string TextSha256 { get; init; }

    /// <summary>
    /// The share of its characters that was read from: its end, or whole documents of a folder; 1 for all.
    /// </summary>
    public required double TextShare { get; init; }

    /// <summary>Names of the documents that were read, where they were requested by name; null otherwise.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? HeldOut { get; init; }

    /// <summary>Tokens that were compared, half of them to choose the units and half to judge them.</summary>
    public required int Tokens { get; init; }

    /// <summary>The names of the features that were looked for.</summary>
    public required IReadOnlyList<string> Features { get; init; }

    /// <summary>Pairs of a unit and a feature: the p-values are corrected for having tried all of them.</summary>
    public required long Tried { get; init; }

    /// <summary>
    /// How many units were found for the same features moved elsewhere in the text, where there is nothing to find.
    /// </summary>
    public required int Control { get; init; }

    /// <summary>What was found, at most one unit for a feature, the largest AUC first.</summary>
    public required IReadOnlyList<FoundUnit> Units { get; init; }

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        foreach (var problem in Sha256Text.Problems(("weights_sha256", WeightsSha256), ("text_sha256", TextSha256)))
        {
            yield return problem;
        }

        if (!(TextShare > 0 && TextShare <= 1))
        {
            yield return FormattableString.Invariant($"text_share must be above 0 and at most 1, not {TextShare}");
        }

        if (Tokens < 1 || Tried < 0 || Control < 0)
        {
            yield return "tokens must be at least 1, tried and control at least 0, "
                + $"not {Tokens}, {Tried} and {Control}";
        }

        foreach (var (name, list) in new[] { ("held_out", HeldOut ?? []), ("features", Features) })
        {
            if (list.Any(text => text is null))
            {
                yield return $"{name} must be a list of texts, but has null";
            }
        }

        foreach (var feature in Units.GroupBy(unit => unit.Feature).Where(g => g.Count() > 1).Select(g => g.Key))
        {
            yield return $"units has {ProblemList.Show(feature)} more than once";
        }

        foreach (var unit in Units)
        {
            foreach (var problem in unit.Problems())
            {
                yield return $"{ProblemList.Show(unit.Feature)}: {problem}";
            }
        }
    }

    /// <summary>The units that a network of this size does not have, one sentence each.</summary>
    public IEnumerable<string> Missing(int layers, int hiddenSize) => Units
        .Where(unit => unit.Layer >= layers || unit.Unit >= hiddenSize)
        .Select(unit => $"{ProblemList.Show(unit.Feature)}: the network has no unit {unit.Unit} in layer "
            + $"{unit.Layer}; it has {layers} layers of {hiddenSize} units");
}
