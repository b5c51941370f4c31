using System.CommandLine;
using System.Globalization;
using LmCli.Options;
using LmModel.Corpora;
using LmModel.Evaluation;

namespace LmCli.Evaluate;

/// <summary>Which text a model is scored on, and how.</summary>
internal static class ScoringOptions
{
    public static readonly Argument<string> Model = new("model") { Description = "The model folder." };

    public static readonly Argument<string> Text = new("text")
    {
        Description = "The UTF-8 text file to score, or a folder of them.",
    };

    public static readonly Option<string> Part = new Option<string>("--split")
    {
        Description =
            "all of the text, or the part that a training with the same --validation, --hold-out or "
                + "--validation-text holds out.",
        DefaultValueFactory = _ => "all",
    }.AcceptOnlyFromAmong("all", "validation");

    public static readonly Option<double> Held = HeldShare();

    public static readonly Option<int> Window = new("--window")
    {
        Description = "Number of predictions in a cold window.",
        DefaultValueFactory = _ => Evaluator.DefaultWindow,
    };

    public static readonly Option<int?> Threads = DecoderOptions.Threads("Default: one per core.");

    /// <summary>How many threads were requested, or one a core.</summary>
    public static int ThreadsOf(ParseResult arguments) => arguments.GetValue(Threads) ?? Environment.ProcessorCount;

    /// <summary>The text, divided so that what is to be scored is its validation part.</summary>
    public static CorpusSplit SplitOf(ParseResult arguments, CancellationToken cancellation)
    {
        if (arguments.GetValue(Part) == "validation")
        {
            var held = CorpusOptions.HoldOutOf(arguments, Held);
            return Corpus.Open(arguments.GetRequiredValue(Text), cancellation).Split(held);
        }

        Option[] parts = [CorpusOptions.Documents, CorpusOptions.ValidationText];
        return parts.FirstOrDefault(o => CorpusOptions.IsGiven(arguments, o)) is { } part
            ? throw new ArgumentException($"{part.Name} defines the validation split; add --split validation.")
            : Corpus.Open(arguments.GetRequiredValue(Text), cancellation).Split(new HoldOut { Share = 1 });
    }

    private static Option<double> HeldShare() => CorpusOptions.Share("Size of the validation split as a "
        + "share of the text.")
        .Refuse(share => share is > 0 and <= 1
            ? null
            : string.Create(CultureInfo.InvariantCulture, $"must be above 0 and at most 1, not {share}."));
}
