using System.CommandLine;
using System.Globalization;
using LmModel.Evaluation;
using LmModel.Training;

namespace LmCli;

/// <summary>Which text a model is scored on, and how.</summary>
internal static class ScoringOptions
{
    public static readonly Argument<string> Model = new("model") { Description = "The model folder." };

    public static readonly Argument<string> Text = new("text") { Description = "The UTF-8 text file to score." };

    public static readonly Option<string> Part = new Option<string>("--split")
    {
        Description = "all of the text, or the part at its end that a training with --validation holds out.",
        DefaultValueFactory = _ => "all",
    }.AcceptOnlyFromAmong("all", "validation");

    public static readonly Option<double> Held = new("--validation")
    {
        Description = "Share of the text that the validation split is.",
        DefaultValueFactory = _ => new TrainingSettings().ValidationShare,
        Validators =
        {
            result =>
            {
                if (result.GetValueOrDefault<double>() is not (> 0 and <= 1) and var share)
                {
                    result.AddError(string.Create(
                        CultureInfo.InvariantCulture, $"--validation must be above 0 and at most 1, not {share}."));
                }
            },
        },
    };

    public static readonly Option<int> Window = new("--window")
    {
        Description = "Predictions of a cold window.",
        DefaultValueFactory = _ => Evaluator.DefaultWindow,
    };

    public static readonly Option<int?> Threads = DecoderOptions.Threads("Default: one a core.");

    /// <summary>How many threads were asked for, or one a core.</summary>
    public static int ThreadsOf(ParseResult arguments) => arguments.GetValue(Threads) ?? Environment.ProcessorCount;

    /// <summary>The share of the text, at its end, that is to be scored.</summary>
    public static double ShareOf(ParseResult arguments) =>
        arguments.GetValue(Part) == "all" ? 1 : arguments.GetValue(Held);
}
