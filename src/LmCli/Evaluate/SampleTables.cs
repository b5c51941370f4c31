using System.Globalization;
using LmModel.Evaluation;
using LmModel.Evaluation.Samples;

namespace LmCli.Evaluate;

/// <summary>What was measured of samples, as Markdown tables.</summary>
internal static class SampleTables
{
    /// <summary>Measures that the choice of a way looks at, and quotes; the others are not in the long table.</summary>
    private static readonly string[] Main =
    [
        WordMeasures.Unknown, WordMeasures.Repeated, WordMeasures.DistinctPairs, QuoteBalance.Name, NgramLoss.Title,
        CopiedPassages.Title,
    ];

    /// <summary>A row a way, held-out text first.</summary>
    public static IEnumerable<string> Ways(SampleComparison compared)
    {
        var shown = compared.Measures.Where(measure => Main.Contains(measure.Name)).ToList();
        return Table(
            [
                ["temperature", .. shown.Select(measure => measure.Name)],
                ["held-out text", .. shown.Select(measure => Cell(compared.HeldOut, measure))],
                .. compared.Ways.Zip(compared.Reports, (way, report) => (string[])
                    [SampleGrid.Name(way), .. shown.Select(measure => Cell(report, measure))]),
            ]);
    }

    /// <summary>
    /// A row a measure; a column for held-out text, for the first way, for the chosen one, and for another model.
    /// </summary>
    public static IEnumerable<string> Figures(SampleComparison compared, string other)
    {
        List<(string Name, SampleReport Report)> columns = [("held-out text", compared.HeldOut)];
        columns.AddRange(new[] { 0, compared.Chosen ?? 0 }.Distinct()
            .Select(way => (SampleGrid.Name(compared.Ways[way]), compared.Reports[way])));
        if (compared.Other is { } report)
        {
            columns.Add((other, report));
        }

        return Table(
        [
            ["", .. columns.Select(column => column.Name)],
            .. compared.Measures.Select(measure => (string[])
                [measure.Name, .. columns.Select(column => Cell(column.Report, measure))]),
        ]);
    }

    /// <summary>
    /// A row a distance: the bits a byte that are lost where what is further back is replaced or shuffled.
    /// </summary>
    public static IEnumerable<string> Curves(IReadOnlyList<(string Name, IReadOnlyList<ContextLoss> Curve)> models) =>
        Table(
        [
            ["tokens intact", .. models.SelectMany(m => new[] { $"{m.Name}, replaced", $"{m.Name}, shuffled" })],
            .. ContextCurve.Distances.Select((intact, i) => (string[])
            [
                intact.ToString(CultureInfo.InvariantCulture),
                .. models.SelectMany(m => new[] { Cell(m.Curve[i].Replaced, "F3"), Cell(m.Curve[i].Shuffled, "F3") }),
            ]),
        ]);

    private static string Cell(SampleReport report, ISampleMeasure measure) =>
        Cell(report.Counts[measure.Name], measure.Format);

    private static string Cell(IReadOnlyList<Share> shares, string format)
    {
        var figure = Share.Of(shares);
        return double.IsNaN(figure)
            ? "–"
            : Number(figure, format) + (Share.IntervalOf(shares) is Interval interval
                ? $" ({Number(interval.Low, format).TrimEnd(' ', '%')} to "
                    + $"{Number(interval.High, format).TrimEnd(' ', '%')})"
                : "");
    }

    private static string Number(double number, string format) => number.ToString(format, CultureInfo.InvariantCulture);

    private static IEnumerable<string> Table(IReadOnlyList<string[]> rows)
    {
        var widths = Enumerable.Range(0, rows[0].Length).Select(i => rows.Max(row => row[i].Length)).ToArray();
        string Line(IEnumerable<string> cells) => $"| {string.Join(" | ", cells)} |";
        yield return "";
        yield return Line(rows[0].Select((cell, i) => cell.PadRight(widths[i])));
        yield return Line(widths.Select(width => new string('-', width)));
        foreach (var row in rows.Skip(1))
        {
            yield return Line(row.Select((cell, i) => cell.PadRight(widths[i])));
        }

        yield return "";
    }
}
