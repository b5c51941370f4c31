using LmModel.Files;

namespace LmModel.Quantization;

/// <summary>
/// Reads and writes <c>precision.json</c>: a <c>format_version</c> and the members of <see cref="PrecisionReport"/>.
/// </summary>
internal static class PrecisionFile
{
    /// <summary>The only version; a later one may give the same members another meaning.</summary>
    public const int FormatVersion = 1;

    /// <summary>The report, or null if <paramref name="problems"/> received something.</summary>
    public static PrecisionReport? Read(ReadOnlySpan<byte> json, ProblemList problems) =>
        JsonMembers.ReadReport<PrecisionReport, PrecisionFigure>(
            json, FormatVersion, "a precision report", "figures", problems);

    public static void Write(Stream stream, PrecisionReport report) => JsonMembers.Write(stream, FormatVersion, report);
}
