using LmModel.Explanation.Measurement;
using ScottPlot;

namespace LmCli.Plots;

/// <summary>Draws erasure curves: how much less probable the targets are, over the number of tokens left out.</summary>
internal static class ErasurePlot
{
    /// <param name="path">The SVG file to write.</param>
    /// <param name="title">What was measured.</param>
    /// <param name="curves">At least one.</param>
    public static void Write(string path, string title, IReadOnlyList<ErasureCurve> curves) =>
        SvgPlot.Write(
            path,
            title,
            "tokens left out, the most important first",
            "nats by which the target is less probable",
            Alignment.LowerRight,
            plot => AddLines(plot, curves));

    private static void AddLines(Plot plot, IReadOnlyList<ErasureCurve> curves)
    {
        foreach (var curve in curves)
        {
            double[] mean = [0, .. curve.Mean];
            var line = plot.Add.Scatter([.. Enumerable.Range(0, mean.Length).Select(k => (double)k)], mean);
            line.LegendText = curve.Order;
            line.LineWidth = 2;
            if (curve.Order is ErasureCurves.Random)
            {
                (line.Color, line.MarkerShape) = (Colors.Gray, MarkerShape.OpenSquare);
            }
        }
    }
}
