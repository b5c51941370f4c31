using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using LmCli.Options;
using LmModel.Checkpoints;
using LmModel.Corpora;
using LmModel.Evaluation.Comparison;
using LmModel.Evaluation.Samples;
using LmModel.Files;
using LmModel.Inference;
using LmModel.Sampling;

namespace LmCli.Evaluate;

/// <summary>
/// <c>lm evaluate --samples</c>: what a model writes, drawn in many ways, beside the text that people wrote.
/// </summary>
internal static class SampleEvaluation
{
    private const int DefaultTexts = 50;
    private const int DefaultTokens = 400;

    public static readonly Option<bool> Asked = new("--samples")
    {
        Description = "Measure texts that the model writes instead: it continues passages of the text in many ways, "
            + "which are compared with what really follows. Default precision: that of the model folder.",
    };

    public static readonly Option<int?> Texts = new Option<int?>("--texts")
    {
        Description = $"With --samples: texts of each way, each from a passage and a seed of its own. Default: "
            + $"{DefaultTexts}.",
    }.Refuse(texts => texts < 1 ? $"must be at least 1, not {texts}." : null);

    public static readonly Option<int?> Tokens = new Option<int?>("--text-tokens")
    {
        Description = $"With --samples: tokens of a text. Default: {DefaultTokens}.",
    }.Refuse(tokens => tokens < 1 ? $"must be at least 1, not {tokens}." : null);

    public static readonly Option<string[]> Ways = new Option<string[]>("--way")
    {
        Description = "With --samples: a way to draw that is measured in place of the whole grid, such as "
            + "temperature=0.8,min_p=0.05; can be repeated.",
        HelpName = "name=value,…",
    }.Refuse(ways => ways?.Select(SampleWay.Problem).FirstOrDefault(problem => problem is not null));

    public static readonly Option<bool> Saves = new("--save-defaults")
    {
        Description = "With --samples: write the way that is chosen into the model's generation_config.json.",
    };

    public static void Validate(CommandResult result)
    {
        foreach (var option in new Option[] { Texts, Tokens, Ways, Saves })
        {
            if (result.GetResult(option) is { Implicit: false } && !result.GetValue(Asked))
            {
                result.AddError($"{option.Name} has no effect without {Asked.Name}.");
            }
        }
    }

    /// <param name="folder">The model.</param>
    /// <param name="decoder">Its step model.</param>
    /// <param name="other">Another model, drawn from as its own folder says; null for none.</param>
    /// <param name="text">The text that is continued.</param>
    /// <param name="training">What the model has read; null leaves out what needs it.</param>
    /// <param name="arguments">The arguments.</param>
    /// <param name="cancellation">Ends the measurement.</param>
    public static async Task RunAsync(
        ModelFolder folder, IStepModel decoder, (ModelFolder Folder, IStepModel Stepping)? other, string text,
        CorpusText? training, ParseResult arguments, CancellationToken cancellation)
    {
        var (texts, tokens) = (
            arguments.GetValue(Texts) ?? DefaultTexts, arguments.GetValue(Tokens) ?? DefaultTokens);
        if (arguments.GetValue(Saves) && training is null)
        {
            throw new ArgumentException(
                $"{Saves.Name} needs to know what the model has read: add --split validation or --training-text.");
        }

        var own = folder.Defaults.Sampling;
        var given = arguments.GetValue(Ways) is { Length: > 0 } named
            ? [.. named.Select(SampleWay.Read)] : SampleGrid.Full;
        IReadOnlyList<SamplingSettings> ways = [.. given.Prepend(own).DistinctBy(SampleGrid.Name)];

        var passages = SamplePassages.Of(text, folder.Tokenizer, texts, tokens, cancellation);
        var compared = await SampleComparison.OfAsync(
            (folder, decoder), ways, text, passages, training, Baselines.MostCharacters, other, cancellation);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{compared.Texts} texts of {tokens} tokens in each of {ways.Count} ways; each continues "
                + $"{SamplePassages.PromptCharacters} characters of the held-out text, with a seed of its own; 95 % "
                + $"intervals over texts."));
        foreach (var line in SampleTables.Ways(compared))
        {
            Console.WriteLine(line);
        }

        if (compared.Chosen is { } chosen)
        {
            Console.WriteLine($"Chosen: {SampleGrid.Name(ways[chosen])} (docs/sampling.md says how).");
            if (arguments.GetValue(Saves))
            {
                folder.SaveDefaults(folder.Defaults with { Sampling = ways[chosen] });
                Console.WriteLine($"Written to {ShellWord.Quote(folder.Path)}.");
            }
        }

        foreach (var line in SampleTables.Figures(
            compared, other is null ? "" : new DirectoryInfo(other.Value.Folder.Path).Name))
        {
            Console.WriteLine(line);
        }

        await PrintCurvesAsync(
            [(folder, decoder), .. other is { } second ? [second] : Array.Empty<(ModelFolder, IStepModel)>()], text,
            cancellation);
    }

    private static async Task PrintCurvesAsync(
        IReadOnlyList<(ModelFolder Folder, IStepModel Stepping)> models, string text, CancellationToken cancellation)
    {
        var curves = new List<(string, IReadOnlyList<ContextLoss>)>();
        foreach (var (folder, stepping) in models)
        {
            var curve = await ContextCurve.MeasureAsync(folder, stepping, text, cancellation);
            if (curve.Count == 0)
            {
                return;
            }

            curves.Add((new DirectoryInfo(folder.Path).Name, curve));
        }

        Console.WriteLine(
            $"Bits/byte that {ContextCurve.Scored} tokens take more, where of the {ContextCurve.Context} tokens before "
                + "them only the last n are as they were, and those before are replaced by others or shuffled:");
        foreach (var line in SampleTables.Curves(curves))
        {
            Console.WriteLine(line);
        }
    }
}
