using System.Globalization;
using LmCli.Plots;
using LmModel.Training.Reporting;
using ScottPlot;

namespace LmCli.Train;

/// <summary>
/// Draws the losses and the learning rate of a training over its epochs, as <c>loss.svg</c> and <c>loss.png</c>.
/// </summary>
internal static class LossCurves
{
    public const string SvgName = "loss.svg";
    public const string PngName = "loss.png";

    private const int Width = 900;
    private const int Height = 520;

    // Distinguishable by brightness too, for readers with colour vision deficiencies (Okabe and Ito 2008).
    private static readonly Color Training = Color.FromHex("#56B4E9");
    private static readonly Color Validation = Color.FromHex("#D55E00");
    private static readonly Color Rate = Color.FromHex("#999999");

    /// <summary>Writes both pictures again.</summary>
    /// <param name="folder">The model folder.</param>
    /// <param name="title">What was trained.</param>
    /// <param name="tokensPerEpoch">Tokens of the training text.</param>
    /// <param name="reports">The log so far; at least one line.</param>
    public static void Write(string folder, string title, long tokensPerEpoch, IReadOnlyList<TrainingReport> reports)
    {
        using var plot = Draw(title, tokensPerEpoch, reports);
        File.WriteAllText(Path.Combine(folder, SvgName), plot.GetSvgXml(Width, Height));
        File.WriteAllBytes(Path.Combine(folder, PngName), plot.GetImageBytes(Width, Height, ImageFormat.Png));
    }

    private static Plot Draw(string title, long tokensPerEpoch, IReadOnlyList<TrainingReport> reports)
    {
        var plot = new Plot();
        var rate = Line(plot, reports, r => r.LearningRate, Rate, "learning rate (right)");
        rate.Axes.YAxis = plot.Axes.Right;
        rate.LinePattern = LinePattern.Dashed;
        Line(plot, reports, r => r.Loss, Training, "training, with dropout");
        var validations = reports.Where(r => r.ValidationLoss is not null).ToList();
        if (validations.Count > 0)
        {
            var line = Line(plot, validations, r => r.ValidationLoss!.Value, Validation, "validation, cold windows");
            line.LineWidth = 2;
            line.MarkerSize = 6;
            var best = validations.MinBy(r => r.ValidationLoss)!;
            var mark = plot.Add.Marker(best.Epoch, best.ValidationLoss!.Value, MarkerShape.OpenCircle, 16, Validation);
            mark.MarkerLineWidth = 2;
            mark.LegendText = string.Create(
                CultureInfo.InvariantCulture,
                $"best: {best.ValidationLoss:F4} after step {best.Step:N0}");
        }

        plot.Title(title);
        plot.XLabel(string.Create(CultureInfo.InvariantCulture, $"epochs (of {tokensPerEpoch:N0} tokens)"));
        plot.YLabel("loss (nats/token)");
        plot.Axes.Right.Label.Text = "learning rate";
        plot.Axes.SetLimitsX(0, 1.02 * reports[^1].Epoch);
        plot.Axes.SetLimitsY(0, 1.05 * reports.Max(r => r.LearningRate), plot.Axes.Right);
        plot.ShowLegend(Alignment.UpperRight);
        OwnFont.Use(plot);
        return plot;
    }

    private static ScottPlot.Plottables.Scatter Line(
        Plot plot,
        IReadOnlyList<TrainingReport> reports,
        Func<TrainingReport, double> value,
        Color color,
        string legend)
    {
        var line = plot.Add.ScatterLine(
            reports.Select(r => r.Epoch).ToArray(), reports.Select(value).ToArray(), color);
        line.LegendText = legend;
        return line;
    }
}
