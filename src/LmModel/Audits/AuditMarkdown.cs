using System.Globalization;
using System.Text;

namespace LmModel.Audits;

/// <summary>An audit for a reader: <c>AUDIT.md</c>.</summary>
internal static class AuditMarkdown
{
    /// <param name="model">Name of the model.</param>
    /// <param name="report">What was found out.</param>
    public static string Of(string model, AuditReport report)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"""
            # Audit of {model}

            Measured by `lm audit` of LmService {report.Version} on the weights with SHA-256
            `{report.WeightsSha256}`. They were trained on `{report.TrainingText}`, SHA-256
            `{report.TrainingTextSha256}`. {report.HeldOut}

            """);
        if (report.Quick)
        {
            text.Append("\nThis is a quick audit: less was measured, so the intervals are wider.\n");
        }

        text.Append("""

            An interval holds the number with 95 % confidence. Where a number cannot be told, the table says why.

            | figure | value | 95 % interval | verdict |
            | --- | ---: | --- | --- |

            """);
        foreach (var (section, figure) in report.Sections.SelectMany(s => s.Figures.Select(f => (s, f))))
        {
            if (figure.Verdict is not AuditVerdict.Neutral)
            {
                text.Append(CultureInfo.InvariantCulture,
                    $"| {Cell(section.Title)}: {Cell(figure.Name)} | {Value(figure)} | {Interval(figure)} | ")
                    .Append(CultureInfo.InvariantCulture, $"{Verdict(figure.Verdict)} |\n");
            }
        }

        foreach (var section in report.Sections)
        {
            Append(text, section);
        }

        return text.ToString();
    }

    /// <summary>A number as a reader needs it: three digits.</summary>
    public static string Number(double value) => Math.Abs(value) is >= 1000 and var large
        ? value.ToString(large >= 1e9 ? "0.##E+0" : "N0", CultureInfo.InvariantCulture)
        : value == 0 || Math.Abs(value) >= 0.0005
            ? value.ToString(Math.Abs(value) >= 100 ? "0" : Math.Abs(value) >= 10 ? "0.0" : "0.000",
                CultureInfo.InvariantCulture)
            : value.ToString("0.0E+0", CultureInfo.InvariantCulture);

    /// <summary>The value with its unit, or that there is none.</summary>
    public static string Value(AuditFigure figure) =>
        figure.Value is { } value ? $"{Number(value)} {Cell(figure.Unit)}" : "not applicable";

    public static string Interval(AuditFigure figure) =>
        figure is { Low: { } low, High: { } high } ? $"{Number(low)} to {Number(high)}" : "";

    public static string Verdict(AuditVerdict verdict) => verdict switch
    {
        AuditVerdict.Good => "good",
        AuditVerdict.Between => "between",
        AuditVerdict.Bad => "bad",
        AuditVerdict.Neutral => "",
        AuditVerdict.NotApplicable => "not applicable",
        _ => throw new ArgumentOutOfRangeException(nameof(verdict), verdict, null),
    };

    private static void Append(StringBuilder text, AuditSection section)
    {
        text.Append(CultureInfo.InvariantCulture, $"\n## {section.Title}\n\n{section.Protocol}\n");
        if (section.Figures.Count > 0)
        {
            text.Append("\n| figure | meaning | value | 95 % interval | good | bad | verdict |\n")
                .Append("| --- | --- | ---: | --- | --- | --- | --- |\n");
        }

        foreach (var figure in section.Figures)
        {
            var meaning = figure.NotApplicable is { } reason ? $"{figure.Meaning} Not applicable: {reason}"
                : figure.Meaning;
            text.Append(CultureInfo.InvariantCulture, $"| {Cell(figure.Name)} | {Cell(meaning)} | {Value(figure)} ")
                .Append(CultureInfo.InvariantCulture, $"| {Interval(figure)} | {Cell(figure.Good)} ")
                .Append(CultureInfo.InvariantCulture, $"| {Cell(figure.Bad)} | {Verdict(figure.Verdict)} |\n");
        }

        foreach (var curve in section.Curves)
        {
            Append(text, section, curve);
        }

        foreach (var note in section.Notes)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n* {note}");
        }

        text.Append(section.Notes.Count > 0 ? "\n" : "");
    }

    private static void Append(StringBuilder text, AuditSection section, AuditCurve curve)
    {
        text.Append(CultureInfo.InvariantCulture,
                $"\n{curve.Meaning}\n\n![{curve.Meaning}]({AuditPages.PlotName(section, curve)})\n\n")
            .Append(CultureInfo.InvariantCulture, $"| {Cell(curve.X)} |");
        foreach (var series in curve.Series)
        {
            text.Append(CultureInfo.InvariantCulture, $" {Cell(series.Name)}: {Cell(curve.Y)} |");
        }

        text.Append("\n| ---: |").Insert(text.Length, " ---: |", curve.Series.Count).Append('\n');
        foreach (var x in curve.Series.SelectMany(s => s.Points.Select(p => p.X)).Distinct().Order())
        {
            text.Append(CultureInfo.InvariantCulture, $"| {Number(x)} |");
            foreach (var series in curve.Series)
            {
                var point = series.Points.FirstOrDefault(p => p.X.Equals(x));
                text.Append(point is null ? "  |" : $" {Shown(point)} |");
            }

            text.Append('\n');
        }
    }

    private static string Shown(AuditPoint point) => point is { Low: { } low, High: { } high }
        ? $"{Number(point.Y)} ({Number(low)} to {Number(high)})"
        : Number(point.Y);

    /// <summary>Text inside of a table.</summary>
    private static string Cell(string text) =>
        text.ReplaceLineEndings(" ").Replace("|", "\\|", StringComparison.Ordinal);
}
