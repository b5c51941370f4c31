using ScottPlot;

namespace LmCli.Plots;

/// <summary>A plot of lines in an SVG file.</summary>
internal static class SvgPlot
{
    private const int Width = 800;
    private const int Height = 480;

    /// <param name="path">The file to write.</param>
    /// <param name="title">What was measured.</param>
    /// <param name="x">What the x axis counts.</param>
    /// <param name="y">What the y axis measures.</param>
    /// <param name="legend">Where the legend is.</param>
    /// <param name="addLines">Adds the lines.</param>
    public static void Write(string path, string title, string x, string y, Alignment legend, Action<Plot> addLines)
    {
        using var plot = new Plot();
        plot.Add.Palette = new ScottPlot.Palettes.ColorblindFriendly();
        addLines(plot);
        plot.Title(title);
        plot.XLabel(x);
        plot.YLabel(y);
        plot.ShowLegend(legend);
        OwnFont.Use(plot);
        File.WriteAllText(path, plot.GetSvgXml(Width, Height));
    }
}
