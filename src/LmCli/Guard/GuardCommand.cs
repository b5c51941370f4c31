using System.CommandLine;
using LmCli.Options;
using LmModel.Checkpoints;
using LmModel.Corpora;
using LmModel.Guard;
using LmModel.Guard.Making;
using LmModel.Guard.Measurement;
using LmModel.Inference.Engines;
using LmModel.Quantization;
using LmModel.Sampling;

namespace LmCli.Guard;

/// <summary>
/// <c>lm guard MODEL --training TEXT</c>: records which runs of tokens the training text has, so that no generated text
/// needs to repeat one; and measures what that changes.
/// </summary>
internal static class GuardCommand
{
    private static readonly Argument<string> Model = new("model") { Description = "The model folder." };

    private static readonly Option<int?> Measured = new Option<int?>("--measure")
    {
        Description = "Then generate this many tokens from passages of the training text, without and with the guard, "
            + "and report what is copied, how often the guard acts and what it costs.",
    }.Refuse(tokens => tokens < 1 ? $"must be at least 1, not {tokens}." : null);

    private static readonly Option<float> Temperature = new Option<float>("--temperature")
    {
        Description = "The temperature of --measure; the lower, the more a model copies.",
        DefaultValueFactory = _ => 0.3f,
    }.Refuse(temperature => temperature is < 0 or > 2 ? $"must be from 0 to 2, not {temperature}." : null);

    private static readonly Option<Precision?> Kept = DecoderOptions.Precision("Default: that of the model folder.");
    private static readonly Option<int?> Threads = DecoderOptions.Threads("Default: one per core.");

    public static Command Create()
    {
        var command = new Command(
            "guard", "Records the runs of tokens of a training text, which generated texts can then be kept free of.")
        {
            Model,
            GuardOptions.Training,
            GuardOptions.Held,
            CorpusOptions.Documents,
            CorpusOptions.ValidationText,
            GuardOptions.Verbatim,
            Measured,
            Temperature,
            Kept,
            Threads,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellation)
    {
        var path = arguments.GetRequiredValue(Model);
        var folder = ModelFolder.OpenUnguarded(path);
        var texts = GuardOptions.TrainingTexts(arguments, cancellation);
        var filter = GuardRecord.Save(
            folder,
            texts,
            arguments.GetValue(GuardOptions.Verbatim) ?? GuardRecord.DefaultLeast(folder.Tokenizer),
            cancellation);
        Console.WriteLine(GuardReport.Of(filter));
        Console.WriteLine($"Recorded in {path}.");
        if (arguments.GetValue(Measured) is { } tokens)
        {
            var figures = await MeasureAsync(arguments, folder, filter, texts, tokens, cancellation);
            foreach (var line in GuardReport.Of(figures, filter))
            {
                Console.WriteLine(line);
            }
        }

        return 0;
    }

    private static async Task<GuardFigures> MeasureAsync(
        ParseResult arguments,
        ModelFolder folder,
        VerbatimFilter filter,
        IReadOnlyList<CorpusText> texts,
        int tokens,
        CancellationToken cancellation)
    {
        var precision = StepModels.PrecisionFor(
            InferenceEngine.Managed, arguments.GetValue(Kept), folder.DefaultPrecision);
        using var model = StepModels.Create(
            folder.ReadWeights(),
            InferenceEngine.Managed,
            precision,
            arguments.GetValue(Threads) ?? Environment.ProcessorCount);
        var sampling = new SamplingSettings { Temperature = arguments.GetValue(Temperature) };
        return await new GuardMeasurement(folder, VerbatimRule.Of(filter, filter.Least), sampling)
            .RunAsync(model, texts, tokens, cancellation);
    }
}
