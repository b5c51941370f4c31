using System.CommandLine;
using System.Globalization;
using LmCli.Options;
using LmModel.Checkpoints;
using LmModel.Corpora;
using LmModel.Evaluation.Comparison;
using LmModel.Evaluation.Leaks;
using LmModel.Evaluation.Ngrams;
using LmModel.Tokenization;

namespace LmCli.Evaluate;

/// <summary><c>lm baseline TEXT</c>: scores a text with n-grams and compressors, as a baseline for models.</summary>
internal static class BaselineCommand
{
    /// <summary>Tokens of a bpe vocabulary.</summary>
    private const int DefaultMerged = 4096;

    private static readonly Argument<string> Text = new("text")
    {
        Description =
            "The UTF-8 text file or folder of text files; n-grams are counted in all but the held-out part, "
                + "which is scored.",
    };

    private static readonly Option<int> Order = new Option<int>("--order")
    {
        Description = $"Length of the longest n-grams in tokens, 1 to {NgramCounts.MaxOrder}.",
        DefaultValueFactory = _ => NgramBaseline.DefaultOrder,
    }.Refuse(order =>
        order is < 1 or > NgramCounts.MaxOrder ? $"must be 1 to {NgramCounts.MaxOrder}, not {order}." : null);

    private static readonly Option<string> Tokens = new Option<string>("--tokenizer")
    {
        Description = "The tokens that n-grams consist of.",
        DefaultValueFactory = _ => "characters",
    }.AcceptOnlyFromAmong("characters", "bytes", "bpe", "words");

    private static readonly Option<int?> Vocabulary = new("--vocabulary")
    {
        Description =
            $"Size of a bpe or words vocabulary, learned from the counted text. Default: {DefaultMerged}; for "
                + $"words {WordTokenizer.DefaultVocabularySize}.",
    };

    private static readonly Option<string?> Model = new("--model")
    {
        Description = "A model folder whose tokenizer is used instead.",
    };

    public static Command Create()
    {
        var command = new Command(
            "baseline",
            "Scores a text with n-gram models and compressors: what a model must beat.")
        {
            Text,
            ScoringOptions.Held,
            CorpusOptions.Documents,
            CorpusOptions.ValidationText,
            Order,
            Tokens,
            Vocabulary,
            Model,
        };
        command.SetAction((arguments, cancellation) => Task.FromResult(Run(arguments, cancellation)));
        return command;
    }

    private static int Run(ParseResult arguments, CancellationToken cancellation)
    {
        var split = Corpus
            .Open(arguments.GetRequiredValue(Text), cancellation)
            .Split(CorpusOptions.HoldOutOf(arguments, ScoringOptions.Held));
        var (training, heldOut) = (split.Training.ReadToEnd(), split.Validation.ReadToEnd());
        if (training.Length == 0)
        {
            throw new ArgumentException("--validation 1 leaves nothing to count; it must be below 1 here.");
        }

        var tokenizer = TokenizerFor(arguments, split, cancellation);
        var tokens = tokenizer.Encode(heldOut, cancellation);
        var counts = new NgramCounts(arguments.GetValue(Order), tokenizer.VocabularySize);
        counts.Add(tokenizer.Encode(training, cancellation), cancellation);
        var results = NgramBaseline.Measure(counts, tokenizer, tokens, cancellation);
        Console.WriteLine(
            $"{counts.Tokens:N0} tokens counted, {tokens.Length - 1:N0} predicted, each once (contiguous); "
                + $"{tokenizer.Kind}, {tokenizer.VocabularySize} in the vocabulary");
        PrintNgrams(results);
        PrintCompression(training, heldOut, cancellation);
        foreach (
            var line in ScoreLines.Leaks(
                TrainingText.Search(split.Training, heldOut, LeakCheck.DefaultWindow, cancellation)))
        {
            Console.WriteLine(line);
        }

        return 0;
    }

    private static Tokenizer TokenizerFor(ParseResult arguments, CorpusSplit split, CancellationToken cancellation)
    {
        if (arguments.GetValue(Model) is { } folder)
        {
            return ModelFolder.Open(folder).Tokenizer;
        }

        var kind = arguments.GetRequiredValue(Tokens);
        var otherwise = kind == "words" ? WordTokenizer.DefaultVocabularySize : DefaultMerged;
        return CorpusTokenizer.Make(kind, arguments.GetValue(Vocabulary) ?? otherwise, split, new(), cancellation);
    }

    private static void PrintNgrams(IReadOnlyList<NgramResult> results)
    {
        Console.WriteLine($"                Witten-Bell                            modified Kneser-Ney");
        Console.WriteLine($"order  nats/token  bits/character  bits/byte   nats/token  bits/character  bits/byte");
        foreach (var order in results.GroupBy(r => r.Order))
        {
            var cells = order.Select(r => string.Create(
                CultureInfo.InvariantCulture,
                $"{r.Loss.NatsPerToken,10:F4}  {r.Loss.BitsPerCharacter,14:F4}  {r.Loss.BitsPerByte,9:F4}"));
            Console.WriteLine($"{order.Key,5}  {string.Join("   ", cells)}");
        }

        var best = NgramBaseline.Best(results);
        Console.WriteLine($"The best is the {best.Name}: {ScoreLines.Figure(best.Loss)}");
        if (best.Order == results.Max(r => r.Order))
        {
            Console.WriteLine($"This is the highest order that was counted; a higher --order may be even better.");
        }
    }

    private static void PrintCompression(string training, string heldOut, CancellationToken cancellation)
    {
        Console.WriteLine($"");
        Console.WriteLine($"compressor         bits/byte after the training text  alone");
        foreach (var figure in Baselines.Compression(training, heldOut, cancellation))
        {
            Console.WriteLine($"{figure.Name,-17}  {figure.BitsPerByte,33:F4}  {figure.BitsPerByteAlone,5:F3}");
        }

        if (Baselines.AreCut(training, heldOut))
        {
            Console.WriteLine(
                $"Compressed: the last {Baselines.MostCharacters:N0} characters of the training text, the first of "
                    + "the held-out text.");
        }
    }
}
