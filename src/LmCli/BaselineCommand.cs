using System.CommandLine;
using System.Globalization;
using LmModel.Checkpoints;
using LmModel.Evaluation;
using LmModel.Evaluation.Leaks;
using LmModel.Evaluation.Ngrams;
using LmModel.Tokenization;
using LmModel.Training;

namespace LmCli;

/// <summary><c>lm baseline TEXT</c>: what n-grams and compressors make of a text, for a model to beat.</summary>
internal static class BaselineCommand
{
    private static readonly Argument<string> Text = new("text")
    {
        Description = "The UTF-8 text file to count on: all but the part at its end that is scored.",
    };

    private static readonly Option<string?> HeldOut = new("--held-out")
    {
        Description = "Another text file to score; then all of the first is counted on.",
    };

    private static readonly Option<int> Order = new("--order")
    {
        Description = $"Tokens of the longest n-grams, 1 to {NgramCounts.MaxOrder}.",
        DefaultValueFactory = _ => NgramBaseline.DefaultOrder,
        Validators =
        {
            result =>
            {
                if (result.GetValueOrDefault<int>() is (< 1 or > NgramCounts.MaxOrder) and var order)
                {
                    result.AddError($"--order must be 1 to {NgramCounts.MaxOrder}, not {order}.");
                }
            },
        },
    };

    private static readonly Option<string> Tokens = new Option<string>("--tokenizer")
    {
        Description = "What the n-grams are of.",
        DefaultValueFactory = _ => "characters",
    }.AcceptOnlyFromAmong("characters", "bytes", "bpe");

    private static readonly Option<int> Vocabulary = new("--vocabulary")
    {
        Description = "Tokens of a bpe vocabulary, learned from what is counted on.",
        DefaultValueFactory = _ => 4096,
    };

    private static readonly Option<string?> Model = new("--model")
    {
        Description = "A model folder whose tokenizer to take instead.",
    };

    public static Command Create()
    {
        var command = new Command("baseline", "Scores a text with n-gram models and compressors: what a model must beat.")
        {
            Text, HeldOut, ScoringOptions.Held, Order, Tokens, Vocabulary, Model,
        };
        // On another thread: the handler of Ctrl-C is only set up once the action has given its task back.
        command.SetAction((arguments, cancellation) => Task.Run(() => Run(arguments, cancellation), CancellationToken.None));
        return command;
    }

    private static int Run(ParseResult arguments, CancellationToken cancellation)
    {
        var (training, heldOut) = Texts(arguments);
        var tokenizer = TokenizerFor(arguments, training, heldOut);
        var tokens = tokenizer.Encode(heldOut);
        var counts = new NgramCounts(arguments.GetValue(Order), tokenizer.VocabularySize);
        counts.Add(tokenizer.Encode(training), cancellation);
        var results = NgramBaseline.Measure(counts, tokenizer, tokens, cancellation);
        Print($"{counts.Tokens:N0} tokens counted, {tokens.Length - 1:N0} predicted, each once (contiguous); {tokenizer.Kind}, {tokenizer.VocabularySize} in the vocabulary");
        PrintNgrams(results);
        PrintCompression(training, heldOut, cancellation);
        foreach (var line in ScoreLines.Leaks(LeakCheck.Of(training, heldOut)))
        {
            Console.WriteLine(line);
        }

        return 0;
    }

    private static (string Training, string HeldOut) Texts(ParseResult arguments)
    {
        var corpus = Corpus.Read(arguments.GetRequiredValue(Text));
        if (arguments.GetValue(HeldOut) is { } path)
        {
            return (corpus.Text, Corpus.Read(path).Text);
        }

        var share = arguments.GetValue(ScoringOptions.Held);
        return share < 1
            ? corpus.Split(share)
            : throw new ArgumentException("--validation 1 leaves nothing to count on; it must be below 1 here.");
    }

    private static Tokenizer TokenizerFor(ParseResult arguments, string training, string heldOut) =>
        arguments.GetValue(Model) is { } folder
            ? ModelFolder.Open(folder).Tokenizer
            : arguments.GetRequiredValue(Tokens) switch
            {
                "bytes" => new ByteTokenizer(),
                "bpe" => BpeTokenizer.Train(training, arguments.GetValue(Vocabulary)),
                // As lm train makes it: a character that only the held-out text has could not be scored.
                _ => CharacterTokenizer.FromCorpus(training + heldOut),
            };

    private static void PrintNgrams(IReadOnlyList<NgramResult> results)
    {
        Print($"                Witten-Bell                            modified Kneser-Ney");
        Print($"order  nats/token  bits/character  bits/byte   nats/token  bits/character  bits/byte");
        foreach (var order in results.GroupBy(r => r.Order))
        {
            var cells = order.Select(r => string.Create(
                CultureInfo.InvariantCulture,
                $"{r.Loss.NatsPerToken,10:F4}  {r.Loss.BitsPerCharacter,14:F4}  {r.Loss.BitsPerByte,9:F4}"));
            Print($"{order.Key,5}  {string.Join("   ", cells)}");
        }

        var best = NgramBaseline.Best(results);
        Print($"The best is the {best.Name}: {ScoreLines.Figure(best.Loss)}");
        if (best.Order == results.Max(r => r.Order))
        {
            Print($"It is of the highest order that was counted; a higher --order may be better still.");
        }
    }

    private static void PrintCompression(string training, string heldOut, CancellationToken cancellation)
    {
        Print($"");
        Print($"compressor         bits/byte after the training text  alone");
        foreach (var figure in Baselines.Compression(training, heldOut, cancellation))
        {
            Print($"{figure.Name,-17}  {figure.BitsPerByte,33:F4}  {figure.BitsPerByteAlone,5:F3}");
        }

        if (Baselines.AreCut(training, heldOut))
        {
            Print($"Compressed: the last {Baselines.MostCharacters:N0} characters of the training text, the first of the held-out one.");
        }
    }

    private static void Print(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
