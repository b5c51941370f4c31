using System.CommandLine;
using System.Globalization;
using LmCli.Options;
using LmModel.Corpora;
using LmModel.Guard;

namespace LmCli.Guard;

/// <summary>Which runs a guard refuses, and which text they come from.</summary>
internal static class GuardOptions
{
    public static readonly Option<int?> Verbatim = Tokens(
        "--verbatim",
        "Tokens of the shortest run that requests can refuse; they may ask for longer ones. Default: 12, or 50 with a "
            + "characters or bytes tokenizer.");

    /// <summary>Of <c>lm generate</c>.</summary>
    public static readonly Option<int?> Refused = Tokens(
        "--guard",
        "Refuse to draw a run of this many tokens of the training text. Needs a verbatim.filter, which lm guard makes.");

    public static readonly Option<string[]> Training = new("--training")
    {
        Description = "A UTF-8 text file or folder of .txt files that the model was trained on. Can be repeated.",
        Required = true,
    };

    public static readonly Option<double> Held = CorpusOptions.Share(
        "Share of the text that was held out of the training, and is left out here. Default: none.")
        .Refuse(share => share is > 0 and < 1
            ? null
            : string.Create(CultureInfo.InvariantCulture, $"must be above 0 and below 1, not {share}."));

    /// <summary>What was trained on: all of the texts, or what the training did not hold out of them.</summary>
    public static IReadOnlyList<CorpusText> TrainingTexts(ParseResult arguments, CancellationToken cancellation)
    {
        var corpora = arguments.GetRequiredValue(Training).Select(path => Corpus.Open(path, cancellation));
        var holdsOut = CorpusOptions.IsNamed(arguments) || CorpusOptions.IsGiven(arguments, Held);
        var holdOut = CorpusOptions.HoldOutOf(arguments, Held);
        return [.. corpora.Select(corpus => holdsOut ? corpus.Split(holdOut).Training : corpus.Text)];
    }

    private static Option<int?> Tokens(string name, string description) =>
        new Option<int?>(name) { Description = description }.Refuse(run =>
            run is < VerbatimFilter.MinLeast or > VerbatimFilter.MaxRun
                ? $"must be from {VerbatimFilter.MinLeast} to {VerbatimFilter.MaxRun}, not {run}."
                : null);
}
