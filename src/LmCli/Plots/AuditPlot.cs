using LmModel.Audits;
using ScottPlot;

namespace LmCli.Plots;

/// <summary>Draws a curve of an audit, with bars for its intervals.</summary>
internal static class AuditPlot
{
    /// <param name="path">The SVG file to write.</param>
    /// <param name="title">What was measured.</param>
    /// <param name="curve">The curve.</param>
    public static void Write(string path, string title, AuditCurve curve) =>
        SvgPlot.Write(path, title, curve.X, curve.Y, Alignment.UpperRight, plot => AddLines(plot, curve));

    private static void AddLines(Plot plot, AuditCurve curve)
    {
        foreach (var series in curve.Series)
        {
            double[] x = [.. series.Points.Select(point => point.X)];
            double[] y = [.. series.Points.Select(point => point.Y)];
            var line = plot.Add.Scatter(x, y);
            line.LegendText = series.Name;
            line.LineWidth = 2;
            if (series.Points.All(point => point is { Low: not null, High: not null }))
            {
                plot.Add.Plottable(new ScottPlot.Plottables.ErrorBar(
                    x,
                    y,
                    null,
                    null,
                    [.. series.Points.Select(point => point.Y - point.Low!.Value)],
                    [.. series.Points.Select(point => point.High!.Value - point.Y)])
                {
                    Color = line.Color,
                });
            }
        }
    }
}
