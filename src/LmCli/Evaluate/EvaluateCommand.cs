using System.CommandLine;
using System.Globalization;
using LmCli.Options;
using LmCli.Terminal;
using LmModel.Checkpoints;
using LmModel.Corpora;
using LmModel.Evaluation;
using LmModel.Evaluation.Leaks;
using LmModel.Files;
using LmModel.Generation;
using LmModel.Inference;
using LmModel.Inference.Engines;
using LmModel.Networks;
using LmModel.Quantization;
using LmModel.Tokenization;
using LmModel.Training.Planning;
using static LmCli.Evaluate.ScoringOptions;

namespace LmCli.Evaluate;

/// <summary><c>lm evaluate MODEL TEXT</c>: the loss of a model on a text by stated protocols.</summary>
internal static class EvaluateCommand
{
    private static readonly Option<string> Which = new Option<string>("--protocol")
    {
        Description = "cold: windows from the zero state. contiguous: the whole text once. both.",
        DefaultValueFactory = _ => "both",
    }.AcceptOnlyFromAmong("cold", "contiguous", "both");

    private static readonly Option<InferenceEngine> Engine = DecoderOptions.Engine();

    // Not the default of the folder: figures of models are compared in fp32, in which they were trained.
    private static readonly Option<Precision?> Kept = DecoderOptions.Precision(
        "Default: fp32, whatever the model is served in.");

    private static readonly Option<string?> Against = new("--against")
    {
        Description = "Another model folder, to compare the losses of the two models on the same text.",
    };

    private static readonly Option<string?> Trained = new("--training-text")
    {
        Description =
            "The training text of the model, a file or a folder of .txt files: how much of the scored text is in it. "
                + "Default with --split validation: the rest of the text.",
    };

    private static readonly Option<int> LeakWindow = new Option<int>("--leak-window")
    {
        Description = "Number of characters that must agree for two passages to count as the same.",
        DefaultValueFactory = _ => LeakCheck.DefaultWindow,
    }.Refuse(window => window < 1 ? $"must be at least 1, not {window}." : null);

    private static readonly Option<bool> Search = new("--neural-cache-search")
    {
        Description =
            "Try many --neural-cache-theta and --neural-cache-lambda for a --neural-cache-size in one pass. Choose on "
                + "a validation text.",
    };

    public static Command Create()
    {
        var command = new Command("evaluate", "Scores a text with a model.")
        {
            Model,
            Text,
            Which,
            Part,
            Held,
            CorpusOptions.Documents,
            CorpusOptions.ValidationText,
            Window,
            Engine,
            Kept,
            Threads,
            NeuralCacheOptions.Size,
            NeuralCacheOptions.Theta,
            NeuralCacheOptions.Lambda,
            Search,
            CompletionEvaluation.Asked,
            CompletionEvaluation.Words,
            ExplanationEvaluation.Asked,
            ExplanationEvaluation.Plotted,
            SampleEvaluation.Asked,
            SampleEvaluation.Texts,
            SampleEvaluation.Tokens,
            SampleEvaluation.Ways,
            SampleEvaluation.Saves,
            Against,
            Trained,
            LeakWindow,
        };
        command.Validators.Add(CompletionEvaluation.Validate);
        command.Validators.Add(ExplanationEvaluation.Validate);
        command.Validators.Add(SampleEvaluation.Validate);
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellation)
    {
        var searched = SearchedSize(arguments);
        var cache = searched is null ? NeuralCacheOptions.Read(arguments) : null;
        var split = SplitOf(arguments, cancellation);
        var text = split.Validation.ReadToEnd();
        var folder = ModelFolder.Open(arguments.GetRequiredValue(Model));
        if (searched is { } size)
        {
            SearchNeuralCache(folder, text, size, arguments, cancellation);
            return 0;
        }

        if (arguments.GetValue(CompletionEvaluation.Asked))
        {
            RequireMemory(folder, arguments);
            using var decoder = Decoder(folder, arguments);
            await CompletionEvaluation.RunAsync(
                folder, decoder, text, Training(arguments, split, cancellation), arguments, cancellation);
            return 0;
        }

        if (arguments.GetValue(ExplanationEvaluation.Asked) is { } targets)
        {
            RequireMemory(folder, arguments);
            using var decoder = Decoder(folder, arguments);
            await ExplanationEvaluation.RunAsync(folder, decoder, text, targets, arguments, cancellation);
            return 0;
        }

        if (arguments.GetValue(SampleEvaluation.Asked))
        {
            await MeasureSamplesAsync(folder, text, Training(arguments, split, cancellation), arguments, cancellation);
            return 0;
        }

        var second = arguments.GetValue(Against) is { } path ? ModelFolder.Open(path) : null;
        var figures = Score(folder, text, cache, arguments, cancellation);
        if (second is not null)
        {
            Compare(folder, figures, second, text, cache, arguments, cancellation);
        }

        foreach (var line in Leaks(arguments, split, text, cancellation))
        {
            Console.WriteLine(line);
        }

        return 0;
    }

    /// <summary>Scores by every protocol asked for, and prints each figure as it comes.</summary>
    private static List<EvaluationResult> Score(
        ModelFolder folder,
        string text,
        NeuralCacheSettings? cache,
        ParseResult arguments,
        CancellationToken cancellation)
    {
        RequireMemory(folder, arguments);
        if (arguments.GetValue(Engine) is InferenceEngine.Torch && cache is null)
        {
            // Uses the training network, which reads whole windows; libtorch's step model is for decoding.
            StepModels.PrecisionFor(InferenceEngine.Torch, arguments.GetValue(Kept), Precision.Fp32);
            TorchRuntime.Initialize(arguments.GetValue(Threads));
            using var network = new LanguageModel(folder.Config);
            network.LoadWeights(folder.ReadWeights());
            return Score(new Evaluator(network, folder.Tokenizer), folder.Tokenizer, text, arguments, cancellation);
        }

        using var decoder = Decoder(folder, arguments);
        return Score(new Evaluator(decoder, folder.Tokenizer, cache), folder.Tokenizer, text, arguments, cancellation);
    }

    private static List<EvaluationResult> Score(
        Evaluator evaluator, Tokenizer tokenizer, string text, ParseResult arguments, CancellationToken cancellation)
    {
        var tokens = tokenizer.Encode(text, cancellation);
        var figures = new List<EvaluationResult>();
        foreach (var protocol in Protocols(arguments))
        {
            var result = evaluator.Evaluate(tokens, protocol, arguments.GetValue(Window), cancellation);
            figures.Add(result.OfText(tokenizer.Normalize(text), tokenizer.TokenBytes(tokens[0])));
            Console.WriteLine(ScoreLines.Figure(figures[^1]));
        }

        if (tokenizer is WordTokenizer words && tokens.Count(id => id == words.UnknownToken) is > 0 and var unknown)
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{unknown:N0} of {tokens.Length:N0} tokens are {WordTokenizer.UnknownWord}: no figure says which "
                    + $"words they were."));
        }

        return figures;
    }

    private static void Compare(
        ModelFolder first, List<EvaluationResult> figures, ModelFolder second, string text, NeuralCacheSettings? cache,
        ParseResult arguments, CancellationToken cancellation)
    {
        // A rule that drops or replaces unknown characters changes the text, and positions would not agree.
        var (tokens, secondTokens) = (
            first.Tokenizer.Encode(text, cancellation),
            second.Tokenizer.Encode(text, cancellation));
        if (first.Tokenizer.Decode(tokens) != second.Tokenizer.Decode(secondTokens))
        {
            throw new ArgumentException(
                "The two models do not read the same text: one of their tokenizers drops or replaces characters of "
                    + $"it, so {second.Path} cannot be compared with the first.");
        }

        Console.WriteLine($"{second.Path}:");
        var others = Score(second, text, cache, arguments, cancellation);
        Console.WriteLine("the first minus the second:");
        foreach (var (figure, other) in figures.Zip(others))
        {
            Console.WriteLine(ScoreLines.Difference(figure, other, tokens.AsSpan().SequenceEqual(secondTokens)));
        }
    }

    private static void SearchNeuralCache(
        ModelFolder folder, string text, int size, ParseResult arguments, CancellationToken cancellation)
    {
        RequireMemory(folder, arguments);
        using var decoder = Decoder(folder, arguments);
        foreach (var protocol in Protocols(arguments))
        {
            var (alone, cached) = NeuralCacheSearch.Run(
                decoder,
                folder.Tokenizer,
                folder.Tokenizer.Encode(text, cancellation),
                size,
                protocol,
                arguments.GetValue(Window),
                cancellation);
            NeuralCacheSearchReport.Lines(alone, cached).ToList().ForEach(Console.WriteLine);
        }
    }

    /// <summary>The size of the caches whose other settings are to be found; null if nothing is.</summary>
    private static int? SearchedSize(ParseResult arguments)
    {
        if (!arguments.GetValue(Search))
        {
            return null;
        }

        if (arguments.GetValue(NeuralCacheOptions.Theta) is not null
            || arguments.GetValue(NeuralCacheOptions.Lambda) is not null)
        {
            throw new ArgumentException(
                "--neural-cache-search tries all values of --neural-cache-theta and --neural-cache-lambda; "
                    + "leave them out.");
        }

        return arguments.GetValue(NeuralCacheOptions.Size)
            ?? throw new ArgumentException("--neural-cache-search needs a --neural-cache-size.");
    }

    /// <summary>How much of the scored text was in the training text: the given one, or the part that was not held
    /// out.</summary>
    private static IEnumerable<string> Leaks(
        ParseResult arguments, CorpusSplit split, string text, CancellationToken cancellation)
    {
        return Training(arguments, split, cancellation) is not { } training
            ? []
            : ScoreLines.Leaks(TrainingText.Search(training, text, arguments.GetValue(LeakWindow), cancellation));
    }

    /// <summary>What the model has read, as far as it is known.</summary>
    private static CorpusText? Training(ParseResult arguments, CorpusSplit split, CancellationToken cancellation) =>
        arguments.GetValue(Trained) is { } path ? Corpus.Open(path, cancellation).Text
        : arguments.GetValue(Part) == "validation" ? split.Training
        : null;

    private static void RequireMemory(ModelFolder folder, ParseResult arguments) => MemoryCheck.Require(
        MemoryNeed.OfScoring(folder.Config, arguments.GetValue(Engine)), $"Scoring with {ShellWord.Quote(folder.Path)}",
        "A smaller model needs less.");

    private static async Task MeasureSamplesAsync(
        ModelFolder folder, string text, CorpusText? training, ParseResult arguments, CancellationToken cancellation)
    {
        RequireMemory(folder, arguments);
        using var decoder = Decoder(folder, arguments, folder.DefaultPrecision);
        var second = arguments.GetValue(Against) is { } path ? ModelFolder.Open(path) : null;
        using var other = second is null ? null : Decoder(second, arguments, second.DefaultPrecision);
        await SampleEvaluation.RunAsync(
            folder, decoder, second is null ? null : (second, other!), text, training, arguments, cancellation);
    }

    private static IStepModel Decoder(
        ModelFolder folder, ParseResult arguments, Precision preferred = Precision.Fp32)
    {
        var engine = arguments.GetValue(Engine);
        var precision = StepModels.PrecisionFor(engine, arguments.GetValue(Kept), preferred);
        return StepModels.Create(folder.ReadWeights(), engine, precision, ThreadsOf(arguments));
    }

    private static Protocol[] Protocols(ParseResult arguments) => arguments.GetValue(Which) switch
    {
        "cold" => [Protocol.ColdWindows],
        "contiguous" => [Protocol.Contiguous],
        _ => [Protocol.ColdWindows, Protocol.Contiguous],
    };
}
