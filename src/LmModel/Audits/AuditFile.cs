using System.Text.Json.Nodes;
using LmModel.Files;

namespace LmModel.Audits;

/// <summary>Reads and writes <c>audit.json</c>: a <c>format_version</c> and the members of
/// <see cref="AuditReport"/>.</summary>
internal static class AuditFile
{
    /// <summary>The only version; a later one may give the same members another meaning.</summary>
    public const int FormatVersion = 1;

    /// <summary>The report, or null if <paramref name="problems"/> received something.</summary>
    public static AuditReport? Read(ReadOnlySpan<byte> json, ProblemList problems) =>
        JsonMembers.ReadReport<AuditReport>(json, FormatVersion, "an audit", CheckSections, problems);

    public static void Write(Stream stream, AuditReport report) => JsonMembers.Write(stream, FormatVersion, report);

    /// <summary>Innermost lists first, because a list with errors is not checked again as part of another.</summary>
    private static void CheckSections(JsonObject members, ProblemList problems)
    {
        foreach (var (section, place) in Items(members, "sections"))
        {
            var found = new ProblemList();
            JsonMembers.CheckItems<AuditFigure>(section, "figures", found);
            foreach (var (curve, curvePlace) in Items(section, "curves"))
            {
                var foundInCurve = new ProblemList();
                foreach (var (series, seriesPlace) in Items(curve, "series"))
                {
                    var foundInSeries = new ProblemList();
                    JsonMembers.CheckItems<AuditPoint>(series, "points", foundInSeries);
                    foundInCurve.AddAll(seriesPlace, foundInSeries);
                }

                JsonMembers.CheckItems<AuditSeries>(curve, "series", foundInCurve);
                found.AddAll(curvePlace, foundInCurve);
            }

            JsonMembers.CheckItems<AuditCurve>(section, "curves", found);
            problems.AddAll(place, found);
        }

        JsonMembers.CheckItems<AuditSection>(members, "sections", problems);
    }

    private static IEnumerable<(JsonObject Item, string Place)> Items(JsonObject members, string list) =>
        from item in (members[list] as JsonArray ?? []).Index()
        where item.Item is JsonObject
        select ((JsonObject)item.Item!, $"{list}[{item.Index}]");
}
