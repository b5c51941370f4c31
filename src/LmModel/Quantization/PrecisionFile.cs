using System.Text.Json;
using System.Text.Json.Nodes;
using LmModel.Files;

namespace LmModel.Quantization;

/// <summary>
/// Reads and writes <c>precision.json</c>: a <c>format_version</c> and the members of <see cref="PrecisionReport"/>.
/// </summary>
internal static class PrecisionFile
{
    /// <summary>The only version; a later one may give the same members another meaning.</summary>
    public const int FormatVersion = 1;

    private const string FiguresMember = "figures";

    /// <summary>The report, or null if <paramref name="problems"/> received something.</summary>
    public static PrecisionReport? Read(ReadOnlySpan<byte> json, ProblemList problems)
    {
        var before = problems.Count;
        if (JsonMembers.Parse(json, "a precision report", problems) is not { } members)
        {
            return null;
        }

        JsonMembers.ReadVersion(members, FormatVersion, problems);
        CheckFigures(members, problems);
        JsonMembers.Check<PrecisionReport>(members, problems);
        if (problems.Count > before)
        {
            return null;
        }

        var report = members.Deserialize<PrecisionReport>(JsonMembers.Options)!;
        foreach (var problem in report.Problems())
        {
            problems.Add(problem);
        }

        return problems.Count > before ? null : report;
    }

    public static void Write(Stream stream, PrecisionReport report) => JsonMembers.Write(stream, FormatVersion, report);

    /// <summary>
    /// Checks each figure member by member; a list with reported errors is not reported again as a whole.
    /// </summary>
    private static void CheckFigures(JsonObject members, ProblemList problems)
    {
        if (members[FiguresMember] is not JsonArray figures)
        {
            return;
        }

        var before = problems.Count;
        for (var i = 0; i < figures.Count; i++)
        {
            var found = new ProblemList();
            if (figures[i] is JsonObject figure)
            {
                JsonMembers.Check<PrecisionFigure>(figure, found);
            }
            else
            {
                found.Add($"must be an object, not {JsonMembers.Show(figures[i])}");
            }

            problems.AddAll($"{FiguresMember}[{i}]", found);
        }

        if (problems.Count > before)
        {
            members[FiguresMember] = new JsonArray();
        }
    }
}
