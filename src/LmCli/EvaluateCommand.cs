using System.CommandLine;
using LmModel.Checkpoints;
using LmModel.Evaluation;
using LmModel.Inference;
using LmModel.Networks;
using LmModel.Training;
using static LmCli.ScoringOptions;

namespace LmCli;

/// <summary><c>lm evaluate MODEL TEXT</c>: the loss of a model on a text by stated protocols.</summary>
internal static class EvaluateCommand
{
    private static readonly Option<string> Which = new Option<string>("--protocol")
    {
        Description = "cold: windows from the zero state. contiguous: the whole text once. both.",
        DefaultValueFactory = _ => "both",
    }.AcceptOnlyFromAmong("cold", "contiguous", "both");

    private static readonly Option<InferenceEngine> Engine = DecoderOptions.Engine();

    // Not the folder's: the figures of two models are compared, and fp32 is what both were trained in.
    private static readonly Option<Precision?> Kept = DecoderOptions.Precision("Default: fp32, whatever it is served in.");

    private static readonly Option<bool> Search = new("--cache-search")
    {
        Description = "Try many --cache-theta and --cache-lambda for a --cache-size in one pass. Choose on a validation text.",
    };

    public static Command Create()
    {
        var command = new Command("evaluate", "Scores a text with a model.")
        {
            Model, Text, Which, Part, Held, Window, Engine, Kept, Threads,
            CacheOptions.Size, CacheOptions.Theta, CacheOptions.Lambda, Search,
        };
        // On another thread: the handler of Ctrl-C is only set up once the action has given its task back.
        command.SetAction((arguments, cancellation) => Task.Run(() => Run(arguments, cancellation), CancellationToken.None));
        return command;
    }

    private static int Run(ParseResult arguments, CancellationToken cancellation)
    {
        var searched = SearchedSize(arguments);
        var cache = searched is null ? CacheOptions.Read(arguments) : null;
        var folder = ModelFolder.Open(arguments.GetRequiredValue(Model));
        var tokens = folder.Tokenizer.Encode(Corpus.Read(arguments.GetRequiredValue(Text)).LastPart(ShareOf(arguments)));
        var engine = arguments.GetValue(Engine);
        var precision = StepModels.PrecisionFor(engine, arguments.GetValue(Kept), Precision.Fp32);
        if (engine is InferenceEngine.Torch && (searched, cache) is (null, null))
        {
            ByNetwork(folder, tokens, arguments, cancellation);
            return 0;
        }

        using var decoder = StepModels.Create(folder.Config, folder.ReadWeights(), engine, precision, ThreadsOf(arguments));
        if (searched is { } size)
        {
            foreach (var protocol in Protocols(arguments))
            {
                var (alone, cached) = CacheSearch.Run(
                    decoder, folder.Tokenizer, tokens, size, protocol, arguments.GetValue(Window), cancellation);
                CacheSearchReport.Lines(alone, cached).ToList().ForEach(Console.WriteLine);
            }

            return 0;
        }

        Print(new Evaluator(decoder, folder.Tokenizer, cache), tokens, arguments, cancellation);
        return 0;
    }

    /// <summary>The size of the caches whose other settings are to be found; null where nothing is.</summary>
    private static int? SearchedSize(ParseResult arguments)
    {
        if (!arguments.GetValue(Search))
        {
            return null;
        }

        if (arguments.GetValue(CacheOptions.Theta) is not null || arguments.GetValue(CacheOptions.Lambda) is not null)
        {
            throw new ArgumentException("--cache-search tries all values of --cache-theta and --cache-lambda; leave them out.");
        }

        return arguments.GetValue(CacheOptions.Size) ?? throw new ArgumentException("--cache-search needs a --cache-size.");
    }

    /// <summary>By the network that is trained, which takes whole windows: libtorch's step model is for decoding.</summary>
    private static void ByNetwork(ModelFolder folder, int[] tokens, ParseResult arguments, CancellationToken cancellation)
    {
        TorchRuntime.Initialize(arguments.GetValue(Threads));
        using var network = new LanguageModel(folder.Config);
        network.LoadWeights(folder.ReadWeights());
        Print(new Evaluator(network, folder.Tokenizer), tokens, arguments, cancellation);
    }

    private static void Print(Evaluator evaluator, int[] tokens, ParseResult arguments, CancellationToken cancellation)
    {
        foreach (var protocol in Protocols(arguments))
        {
            Console.WriteLine(TrainingDisplay.Figure(evaluator.Evaluate(tokens, protocol, arguments.GetValue(Window), cancellation)));
        }
    }

    private static Protocol[] Protocols(ParseResult arguments) => arguments.GetValue(Which) switch
    {
        "cold" => [Protocol.ColdWindows],
        "contiguous" => [Protocol.Contiguous],
        _ => [Protocol.ColdWindows, Protocol.Contiguous],
    };
}
