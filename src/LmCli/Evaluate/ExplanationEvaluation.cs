using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using LmCli.Options;
using LmCli.Plots;
using LmModel.Checkpoints;
using LmModel.Evaluation;
using LmModel.Explanation;
using LmModel.Explanation.Measurement;
using LmModel.Generation;
using LmModel.Inference;

namespace LmCli.Evaluate;

/// <summary>
/// <c>lm evaluate --explanations</c>: whether the methods of explanation name the tokens that matter, beside a random
/// order and recency.
/// </summary>
internal static class ExplanationEvaluation
{
    private const int AtOnce = 64;

    public static readonly Option<int?> Asked = new Option<int?>("--explanations")
    {
        Description = $"Measure the methods of explanation instead, on this many tokens of the text: how much less "
            + $"probable each becomes when the most important of the {ErasureCurves.ContextTokens} tokens before it "
            + $"are left out.",
    }.Refuse(targets => targets < 1 ? $"must be at least 1, not {targets}." : null);

    public static readonly Option<string?> Plotted = new("--plot")
    {
        Description = "With --explanations: SVG file for the curves.",
    };

    public static void Validate(CommandResult result)
    {
        if (result.GetResult(Plotted) is { Implicit: false } && result.GetValue(Asked) is null)
        {
            result.AddError($"{Plotted.Name} has no effect without {Asked.Name}.");
        }
    }

    /// <param name="folder">The model.</param>
    /// <param name="decoder">Its step model.</param>
    /// <param name="text">Where targets are taken from.</param>
    /// <param name="targets">How many.</param>
    /// <param name="arguments">The arguments.</param>
    /// <param name="cancellation">Ends the measurement.</param>
    public static async Task RunAsync(
        ModelFolder folder, IStepModel decoder, string text, int targets, ParseResult arguments,
        CancellationToken cancellation)
    {
        var tokens = folder.Tokenizer.Encode(text, cancellation);
        using var engine = new GenerationEngine(
            decoder, folder.Tokenizer, folder.Config.StartToken, new() { MaxActive = AtOnce }, TimeProvider.System);
        using var network = new NetworkExplainer(folder.ReadWeights);
        var explainer = new Explainer(engine.TryStart, folder.Tokenizer, folder.Config.StartToken, network);
        var curves = await new ErasureCurves(explainer, AtOnce).MeasureAsync(
            tokens, targets, ExplanationRequest.MethodsOf(folder.Config.Cell), Progress, cancellation);
        var title = string.Create(
            CultureInfo.InvariantCulture,
            $"{Path.GetFileName(Path.GetFullPath(folder.Path))}: {curves[0].Drops.Count:N0} targets after "
                + $"{ErasureCurves.ContextTokens} tokens each");
        Print(title, curves);
        if (arguments.GetValue(Plotted) is { } path)
        {
            ErasurePlot.Write(path, title, curves);
        }
    }

    private static void Progress(int done)
    {
        const int Every = 100;
        if (done % Every == 0)
        {
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{done:N0} targets"));
        }
    }

    private static void Print(string title, IReadOnlyList<ErasureCurve> curves)
    {
        var random = curves.Single(curve => curve.Order == ErasureCurves.Random);
        var all = Enumerable.Range(0, random.Drops.Count).ToArray();
        Console.WriteLine($"{title}; 95 % intervals over targets.");
        Console.WriteLine($"{"order",-26}{"area, nats",-26}{"against random",-26}left out: 1, 2, 5, 10 tokens");
        foreach (var curve in curves.OrderByDescending(curve => curve.Area(all)))
        {
            string Cell(Func<int[], double> statistic) => CompletionEvaluation.WithInterval(
                statistic(all), ItemBootstrap.Of(all.Length, statistic), "F2");
            int[] shown = [1, 2, 5, 10];
            var means = curve.Mean;
            var points = shown.Select(k => means[k - 1].ToString("F2", CultureInfo.InvariantCulture));
            Console.WriteLine($"{curve.Order,-26}{Cell(drawn => curve.Area(drawn)),-26}"
                + $"{Cell(drawn => curve.Area(drawn) / random.Area(drawn)),-26}{string.Join("  ", points)}");
        }
    }
}
