using System.CommandLine;
using System.Globalization;
using LmCli.Options;
using LmModel.Checkpoints;
using LmModel.Evaluation;
using LmModel.Inference.Managed;
using LmModel.Quantization;
using LmModel.Quantization.Measurement;
using static LmCli.Evaluate.ScoringOptions;

namespace LmCli.Quantize;

/// <summary>
/// <c>lm quantize MODEL TEXT</c>: what a model loses in each precision, and the default that follows.
/// </summary>
internal static class QuantizeCommand
{
    private static readonly Option<string> Which = new Option<string>("--protocol")
    {
        Description = "cold: windows from the zero state. contiguous: the whole text once.",
        DefaultValueFactory = _ => "cold",
    }.AcceptOnlyFromAmong("cold", "contiguous");

    private static readonly Option<bool> Store = new("--store-bf16")
    {
        Description = "Also write the matrices of the weights in bf16, which halves the file, if that costs less than "
            + $"{PrecisionComparison.Tolerance.ToString(CultureInfo.InvariantCulture)} nats a token. What was recorded "
            + "for the old weights is removed.",
    };

    public static Command Create()
    {
        var command = new Command(
            "quantize",
            "Scores a text in every precision and records the smallest harmless one as the model's default.")
        {
            Model, Text, Which, Part, Held, CorpusOptions.Documents, CorpusOptions.ValidationText, Window, Threads,
            Store,
        };
        command.SetAction((arguments, cancellation) => Task.FromResult(Run(arguments, cancellation)));
        return command;
    }

    private static int Run(ParseResult arguments, CancellationToken cancellation)
    {
        var path = arguments.GetRequiredValue(Model);
        var folder = ModelFolder.OpenUnmeasured(path);
        var split = SplitOf(arguments, cancellation);
        var tokens = folder.Tokenizer.Encode(split.Validation.ReadToEnd(), cancellation);
        var results = Measure(folder, tokens, arguments, cancellation);
        if (arguments.GetValue(Store))
        {
            PrecisionComparison.RequireHarmless(results, Precision.Bf16);
            folder = folder.StoreInBf16();
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"Stored the weights in bf16: {folder.WeightsBytes:N0} bytes."));
            results = Measure(folder, tokens, arguments, cancellation);
        }

        foreach (var line in PrecisionTable.Lines(PrecisionRecord.Save(
            folder, split, results, report => CommandLines.Quantize(new DirectoryInfo(folder.Path).Name, report))))
        {
            Console.WriteLine(line);
        }

        Console.WriteLine($"Recorded in {path}.");
        return 0;
    }

    private static IReadOnlyList<PrecisionResult> Measure(
        ModelFolder folder, int[] tokens, ParseResult arguments, CancellationToken cancellation)
    {
        var weights = folder.ReadWeights();
        return PrecisionComparison.Measure(
            precision => new ManagedStepModel(weights, precision, ThreadsOf(arguments)),
            folder.Tokenizer,
            tokens,
            arguments.GetValue(Which) == "cold" ? Protocol.ColdWindows : Protocol.Contiguous,
            arguments.GetValue(Window), cancellation);
    }
}
