using LmModel.Files;

namespace LmModel.Units;

/// <summary>Reads and writes <c>units.json</c>: a <c>format_version</c> and the members of
/// <see cref="UnitReport"/>.</summary>
internal static class UnitFile
{
    /// <summary>The only version; a later one may give the same members another meaning.</summary>
    public const int FormatVersion = 1;

    /// <summary>The report, or null if <paramref name="problems"/> received something.</summary>
    public static UnitReport? Read(ReadOnlySpan<byte> json, ProblemList problems) =>
        JsonMembers.ReadReport<UnitReport, FoundUnit>(json, FormatVersion, "a report on units", "units", problems);

    public static void Write(Stream stream, UnitReport report) => JsonMembers.Write(stream, FormatVersion, report);
}
