using System.Globalization;
using LmCli.Terminal;
using LmModel.Units;

namespace LmCli.Units;

/// <summary>What was found in a model, for a terminal.</summary>
internal static class UnitsTable
{
    public static IEnumerable<string> Lines(UnitReport report)
    {
        yield return Line($"{report.Tokens:N0} tokens of {report.Text}: one half chose the units, the other judged.");
        yield return "";
        yield return "feature         layer  unit    AUC    p below  share  h is larger …";
        foreach (var unit in report.Units)
        {
            yield return Line(
                $"{Shown(unit.Feature),-14}  {unit.Layer,5}  {unit.Unit,4}  {unit.Auc,5:F3}  {unit.PValue,9:0.0e+0}")
                + Line($"  {100 * unit.Share,4:F0}%  {(unit.Sign > 0 ? "" : "not ")}{Shown(unit.Meaning)}");
        }

        var rest = report.Features.Except(report.Units.Select(unit => unit.Feature)).Select(Shown).ToList();
        yield return "";
        yield return Line(
            $"{report.Tried:N0} pairs of a unit and a feature were tried, for which the p-values are corrected.");
        if (rest.Count > 0)
        {
            yield return $"Nothing significant for {string.Join(", ", rest)}.";
        }

        yield return $"Control, the same labels at other tokens: {report.Control} found.";
    }

    private static string Line(FormattableString line) => line.ToString(CultureInfo.InvariantCulture);

    /// <summary>A feature may be about any text.</summary>
    private static string Shown(string text) =>
        Printable.Text(text.Replace("\n", "\\n", StringComparison.Ordinal));
}
