using ScottPlot;
using SkiaSharp;

namespace LmCli.Plots;

/// <summary>A server may have no fonts, and then Skia draws no text: this one travels with the command.</summary>
internal sealed class OwnFont : IFontResolver
{
    private const string Name = "DejaVu Sans";

    static OwnFont() => Fonts.FontResolvers.Insert(0, new OwnFont());

    /// <summary>Writes all text of a plot in it; call it after everything is in the plot.</summary>
    public static void Use(Plot plot)
    {
        plot.Font.Set(Name);
        plot.Legend.FontName = Name;
    }

    public SKTypeface? CreateTypeface(string fontName, bool bold, bool italic) =>
        fontName == Name
            ? SKTypeface.FromStream(typeof(OwnFont).Assembly.GetManifestResourceStream("DejaVuSans.ttf")!)
            : null;

    public SKTypeface? CreateTypeface(string fontName, FontWeight weight, FontSlant slant, FontSpacing spacing) =>
        CreateTypeface(fontName, bold: false, italic: false);
}
