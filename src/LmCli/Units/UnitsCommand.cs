using System.CommandLine;
using System.Text;
using LmCli.Options;
using LmModel.Checkpoints;
using LmModel.Inference.Managed;
using LmModel.Quantization;
using LmModel.Units;
using LmModel.Units.Search;
using static LmCli.Evaluate.ScoringOptions;

namespace LmCli.Units;

/// <summary><c>lm units MODEL TEXT</c>: which units of a model follow something nameable.</summary>
internal static class UnitsCommand
{
    private static readonly Option<string[]> After = new Option<string[]>("--after")
    {
        Description = "Look for a unit that tells the place directly after this text. Can be repeated.",
        DefaultValueFactory = _ => [.. Features.DefaultAfter],
    }.Refuse(texts => texts?.Contains("") == true ? "must not be empty." : null);

    private static readonly Option<bool> PrintOnly = new("--print-only")
    {
        Description = "Do not write units.json into the model folder.",
    };

    private static readonly Option<bool> Json = new("--json") { Description = "Print what units.json holds." };

    public static Command Create()
    {
        var command = new Command("units", "Finds units that follow something nameable in a text.")
        {
            Model, Text, After, PrintOnly, Json, Part, Held, CorpusOptions.Documents, CorpusOptions.ValidationText,
            Threads,
        };
        command.SetAction((arguments, cancellation) => Task.FromResult(Run(arguments, cancellation)));
        return command;
    }

    private static int Run(ParseResult arguments, CancellationToken cancellation)
    {
        var folder = ModelFolder.OpenUnmeasured(arguments.GetRequiredValue(Model));
        var split = SplitOf(arguments, cancellation);
        var features = Features.All(arguments.GetRequiredValue(After).Distinct());
        // In fp32, whatever precision the model is served in: what is found is found in the weights.
        using var model = new ManagedStepModel(folder.ReadWeights(), Precision.Fp32, ThreadsOf(arguments));
        var tokens = folder.Tokenizer.Encode(split.Validation.ReadToEnd(), cancellation);
        var findings = new UnitSearch(model, folder.Tokenizer).Run(tokens, features, cancellation);
        var report = UnitRecord.Of(folder, split, features, findings);
        if (!arguments.GetValue(PrintOnly))
        {
            folder.SaveUnits(report);
        }

        if (arguments.GetValue(Json))
        {
            var json = new MemoryStream();
            UnitFile.Write(json, report);
            Console.Write(Encoding.UTF8.GetString(json.ToArray()));
            return 0;
        }

        foreach (var line in UnitsTable.Lines(report))
        {
            Console.WriteLine(line);
        }

        if (!arguments.GetValue(PrintOnly))
        {
            Console.WriteLine($"Recorded in {folder.Path}.");
        }

        return 0;
    }
}
