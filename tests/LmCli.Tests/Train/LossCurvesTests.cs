using System.Xml.Linq;
using LmCli.Train;
using LmModel.Training.Reporting;
using ScottPlot;
using SkiaSharp;

namespace LmCli.Tests.Train;

public sealed class LossCurvesTests
{
    private static readonly IReadOnlyList<TrainingReport> Reports =
    [
        .. Enumerable.Range(1, 40).Select(i => new TrainingReport
        {
            Step = 10 * i, Epoch = i / 8.0, Loss = 1.3 + 2.0 / i, ValidationLoss = i % 10 == 0 ? 1.5 + 1.5 / i : null,
            LearningRate = 2e-3 * (1 - i / 41.0), TokensPerSecond = 5000, ElapsedSeconds = i,
        }),
    ];

    [Fact]
    public void The_svg_is_well_formed_and_labelled()
    {
        using var folder = new TemporaryFolder();
        LossCurves.Write(folder.Path, "ducks: LSTM 2 × 16 <&>", 12_345, Reports);

        var svg = XDocument.Load(folder[LossCurves.SvgName]);
        var text = string.Join('\n', svg.Descendants().Where(e => e.Name.LocalName == "text").Select(e => e.Value));
        Assert.Equal("svg", svg.Root!.Name.LocalName);
        Assert.All(
            [
                "ducks: LSTM 2 × 16 <&>",
                "epochs (of 12,345 tokens)",
                "loss (nats/token)",
                "learning rate",
                "best: 1.5375 after step 400",
                "training, with dropout",
                "validation, cold windows",
            ],
            label => Assert.Contains(label, text));
    }

    [Fact]
    public void The_png_is_drawn_with_the_bundled_font()
    {
        using var folder = new TemporaryFolder();
        LossCurves.Write(folder.Path, "MMMMMMMMMM", 12_345, Reports);
        using var titled = SKBitmap.Decode(folder[LossCurves.PngName]);
        LossCurves.Write(folder.Path, ".", 12_345, Reports);
        using var untitled = SKBitmap.Decode(folder[LossCurves.PngName]);

        Assert.Equal((900, 520), (titled.Width, titled.Height));
        // Ten letters are drawn as ten letters, by the font that the command brings along.
        Assert.True(
            Dark(titled) - Dark(untitled) > 10 * 30,
            $"{Dark(titled)} and {Dark(untitled)} dark pixels in the title's rows");
        Assert.Equal("DejaVu Sans", Fonts.GetTypeface("DejaVu Sans", bold: true, italic: false).FamilyName);
    }

    [Fact]
    public void A_single_report_can_be_drawn()
    {
        using var folder = new TemporaryFolder();
        LossCurves.Write(folder.Path, "one", 1, [Reports[0]]);

        Assert.Equal([LossCurves.PngName, LossCurves.SvgName], folder.Files);
    }

    private static int Dark(SKBitmap picture) =>
        Enumerable
            .Range(0, 30)
            .Sum(y => Enumerable.Range(0, picture.Width).Count(x => picture.GetPixel(x, y).Red < 100));
}
