using System.CommandLine;
using System.Globalization;
using LmCli.Options;
using LmModel.Audits;
using LmModel.Audits.Measures;
using LmModel.Audits.Running;
using LmModel.Checkpoints;
using LmModel.Corpora;
using LmModel.Inference.Managed;
using LmModel.Quantization;

namespace LmCli.Audit;

/// <summary><c>lm audit MODEL --training TEXT</c>: measures what is feared of a model, and writes a report.</summary>
internal static class AuditCommand
{
    private static readonly Argument<string> Model = new("model") { Description = "The model folder." };

    private static readonly Option<string> Training = new("--training")
    {
        Description = "The UTF-8 text file or folder of .txt files that the model was trained on.",
        Required = true,
    };

    private static readonly Option<double> Held = CorpusOptions.Share(
        "Share of the text that was held out of the training, as lm train was told; 0 if nothing was.")
        .Refuse(share => share is >= 0 and < 1
            ? null
            : string.Create(CultureInfo.InvariantCulture, $"must be at least 0 and below 1, not {share}."));

    private static readonly Option<bool> Quick = new("--quick")
    {
        Description = "Measure less, to end within two minutes; the intervals are wider.",
    };

    private static readonly Option<string[]> Only = new Option<string[]>("--only")
    {
        Description = $"Measure this alone: {string.Join(", ", Names)}. Other sections of an existing report stay. "
            + "Can be repeated.",
        DefaultValueFactory = _ => [],
    }.Refuse(names => names?.FirstOrDefault(name => !Names.Contains(name)) is { } unknown
        ? $"must be one of {string.Join(", ", Names)}; there is no '{unknown}'."
        : null);

    private static readonly Option<int?> Threads = DecoderOptions.Threads("Default: one per core.");

    private static IEnumerable<string> Names => AuditMeasures.All.Select(measure => measure.Name);

    public static Command Create()
    {
        var command = new Command(
            "audit",
            "Measures how a model fares where language models are feared to fail, and writes a report.")
        {
            Model, Training, Held, CorpusOptions.Documents, CorpusOptions.ValidationText, Quick, Only, Threads,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellation)
    {
        var path = arguments.GetRequiredValue(Model);
        var only = arguments.GetRequiredValue(Only);
        // A report that is to be replaced does not need to match the weights.
        var folder = only.Length > 0 ? ModelFolder.Open(path) : ModelFolder.OpenUnaudited(path);
        var split = SplitOf(arguments, cancellation);
        // In fp32, whatever precision the model is served in: what is measured is in the weights.
        using var model = new ManagedStepModel(
            folder.ReadWeights(), Precision.Fp32, arguments.GetValue(Threads) ?? Environment.ProcessorCount);
        var subject = HoldsOut(arguments)
            ? new AuditSubject(folder, model, split.Training, split.Validation, arguments.GetValue(Quick))
            : new AuditSubject(folder, model, split.Corpus.Text, null, arguments.GetValue(Quick));
        if (folder.Audit is { } earlier && !AuditRun.Matches(earlier, subject, split))
        {
            throw new ArgumentException(
                "--only adds to a report on the same text, hold-out and --quick, and audit.json has others; audit "
                    + "again without it.");
        }

        var measures = AuditMeasures.All.Where(measure => only.Length == 0 || only.Contains(measure.Name));
        var report = await AuditRun.MeasureAsync(
            subject, split, [.. measures], folder.Audit, Print, cancellation);
        AuditPage.Save(folder, report);
        Console.WriteLine($"Recorded in {Path.Combine(path, AuditPages.MarkdownName)}.");
        return 0;
    }

    /// <summary>The same split as that of the training.</summary>
    private static CorpusSplit SplitOf(ParseResult arguments, CancellationToken cancellation)
    {
        var corpus = Corpus.Open(arguments.GetRequiredValue(Training), cancellation);
        return corpus.Split(HoldsOut(arguments) ? CorpusOptions.HoldOutOf(arguments, Held) : new HoldOut());
    }

    private static bool HoldsOut(ParseResult arguments) =>
        CorpusOptions.IsNamed(arguments) || arguments.GetValue(Held) > 0;

    private static void Print(AuditSection section)
    {
        Console.WriteLine(section.Title);
        foreach (var figure in section.Figures)
        {
            Console.WriteLine(
                $"  {figure.Name,-36} {AuditMarkdown.Value(figure),-22} {AuditMarkdown.Interval(figure),-20} "
                    + AuditMarkdown.Verdict(figure.Verdict));
        }
    }
}
