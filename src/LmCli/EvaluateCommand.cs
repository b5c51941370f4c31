using System.CommandLine;
using System.Globalization;
using LmModel.Checkpoints;
using LmModel.Evaluation;
using LmModel.Inference;
using LmModel.Networks;
using LmModel.Tokenization;
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

    public static Command Create()
    {
        var command = new Command("evaluate", "Scores a text with a model.")
        {
            Model, Text, Which, Part, Held, CorpusOptions.Documents, CorpusOptions.ValidationText, Window, Engine, Kept, Threads,
        };
        // On another thread: the handler of Ctrl-C is only set up once the action has given its task back.
        command.SetAction((arguments, cancellation) => Task.Run(() => Run(arguments, cancellation), CancellationToken.None));
        return command;
    }

    private static int Run(ParseResult arguments, CancellationToken cancellation)
    {
        var folder = ModelFolder.Open(arguments.GetRequiredValue(Model));
        var text = SplitOf(arguments).Validation.ReadToEnd();
        var tokens = folder.Tokenizer.Encode(text);
        var engine = arguments.GetValue(Engine);
        var precision = StepModels.PrecisionFor(engine, arguments.GetValue(Kept), Precision.Fp32);
        if (engine is InferenceEngine.Torch)
        {
            ByNetwork(folder, text, tokens, arguments, cancellation);
            return 0;
        }

        using var decoder = StepModels.Create(folder.Config, folder.ReadWeights(), engine, precision, ThreadsOf(arguments));
        Print(new Evaluator(decoder, folder.Tokenizer), folder.Tokenizer, text, tokens, arguments, cancellation);
        return 0;
    }

    /// <summary>By the network that is trained, which takes whole windows: libtorch's step model is for decoding.</summary>
    private static void ByNetwork(ModelFolder folder, string text, int[] tokens, ParseResult arguments, CancellationToken cancellation)
    {
        TorchRuntime.Initialize(arguments.GetValue(Threads));
        using var network = new LanguageModel(folder.Config);
        network.LoadWeights(folder.ReadWeights());
        Print(new Evaluator(network, folder.Tokenizer), folder.Tokenizer, text, tokens, arguments, cancellation);
    }

    private static void Print(
        Evaluator evaluator, Tokenizer tokenizer, string text, int[] tokens, ParseResult arguments,
        CancellationToken cancellation)
    {
        foreach (var protocol in arguments.GetValue(Which) switch
        {
            "cold" => new[] { Protocol.ColdWindows },
            "contiguous" => [Protocol.Contiguous],
            _ => [Protocol.ColdWindows, Protocol.Contiguous],
        })
        {
            var result = evaluator.Evaluate(tokens, protocol, arguments.GetValue(Window), cancellation);
            Console.WriteLine(TrainingDisplay.Figure(result.OfText(text, tokenizer.TokenBytes(tokens[0]))));
        }

        if (tokenizer is WordTokenizer words && tokens.Count(id => id == words.UnknownToken) is > 0 and var unknown)
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{unknown:N0} of {tokens.Length:N0} tokens are {WordTokenizer.UnknownWord}: no figure says which words they were."));
        }
    }
}
