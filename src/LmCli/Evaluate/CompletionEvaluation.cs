using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using LmCli.Options;
using LmModel.Checkpoints;
using LmModel.Completion.Measurement;
using LmModel.Corpora;
using LmModel.Evaluation;
using LmModel.Evaluation.Ngrams;
using LmModel.Inference;

namespace LmCli.Evaluate;

/// <summary>
/// <c>lm evaluate --completion</c>: how well words are completed, beside the best n-gram by the same protocol.
/// </summary>
internal static class CompletionEvaluation
{
    private const int DefaultWords = 5000;

    public static readonly Option<bool> Asked = new("--completion")
    {
        Description = "Measure completions instead, as keyboards are measured: recall of the next word after 0 to 3 of "
            + "its letters, and keystrokes saved; beside the best n-gram, if the training text is known.",
    };

    public static readonly Option<int?> Words = new Option<int?>("--words")
    {
        Description = $"With --completion: about how many words are typed, in passages of "
            + $"{TypedPassage.WordsOfAPassage} all over the text. Default: {DefaultWords}.",
    }.Refuse(words => words < 1 ? $"must be at least 1, not {words}." : null);

    public static void Validate(CommandResult result)
    {
        if (result.GetResult(Words) is { Implicit: false } && !result.GetValue(Asked))
        {
            result.AddError($"{Words.Name} has no effect without {Asked.Name}.");
        }
    }

    /// <param name="folder">The model.</param>
    /// <param name="decoder">Its step model.</param>
    /// <param name="text">What is typed.</param>
    /// <param name="training">What n-grams are counted in; null measures the model alone.</param>
    /// <param name="arguments">The arguments.</param>
    /// <param name="cancellation">Ends the measurement.</param>
    public static async Task RunAsync(
        ModelFolder folder, IStepModel decoder, string text, CorpusText? training, ParseResult arguments,
        CancellationToken cancellation)
    {
        var tokenizer = folder.Tokenizer;
        var passages = TypedPassage.Of(tokenizer.Normalize(text), arguments.GetValue(Words) ?? DefaultWords);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{passages.Count * TypedPassage.WordsOfAPassage:N0} words in {passages.Count} passages, each after up to "
                + $"{TypedPassage.ContextCharacters:N0} characters of the text before it; 95 % intervals over "
                + $"passages."));
        var measured = await Typist.MeasureAsync(
            decoder, tokenizer, folder.Config.StartToken, passages, cancellation);
        if (training is null)
        {
            Print("", measured, null);
            return;
        }

        var counts = new NgramCounts(NgramBaseline.DefaultOrder, tokenizer.VocabularySize);
        counts.Add(tokenizer.Encode(training.ReadToEnd(), cancellation), cancellation);
        var best = NgramBaseline.Best(
            NgramBaseline.Measure(counts, tokenizer, tokenizer.Encode(text, cancellation), cancellation));
        using var ngrams = new NgramStepModel(counts, best.Order, best.Smoothing);
        Print(
            best.Name, measured,
            await Typist.MeasureAsync(ngrams, tokenizer, folder.Config.StartToken, passages, cancellation));
    }

    private static void Print(
        string other, IReadOnlyList<TypingCounts> model, IReadOnlyList<TypingCounts>? ngrams)
    {
        const int Name = 34;
        const int Cell = 26;
        var head = ngrams is null ? "" : $"{other,-Cell}ratio";
        Console.WriteLine($"{"",-Name}{"model",-Cell}{head}".TrimEnd());
        foreach (var figure in TypingFigure.All)
        {
            double Of(IReadOnlyList<TypingCounts> counts, int[] drawn) => figure.Of(drawn.Select(i => counts[i]));
            string Shown(Func<int[], double> statistic, string format) => WithInterval(
                statistic([.. Enumerable.Range(0, model.Count)]),
                ItemBootstrap.Of(model.Count, statistic),
                format);
            var line = $"{figure.Name,-Name}{Shown(drawn => Of(model, drawn), "P1"),-Cell}";
            if (ngrams is not null)
            {
                line += $"{Shown(drawn => Of(ngrams, drawn), "P1"),-Cell}"
                    + Shown(drawn => Of(model, drawn) / Of(ngrams, drawn), "F2");
            }

            Console.WriteLine(line.TrimEnd());
        }
    }

    /// <summary>A figure, and its interval where it has one.</summary>
    public static string WithInterval(double value, Interval? interval, string format)
    {
        string Number(double number) => number.ToString(format, CultureInfo.InvariantCulture);
        return interval is { } known
            ? $"{Number(value)} ({Number(known.Low)} to {Number(known.High)})"
            : Number(value);
    }
}
