using System.CommandLine;
using LmModel.Checkpoints;
using LmModel.Evaluation;
using LmModel.Networks;
using LmModel.Training;

namespace LmCli;

/// <summary><c>lm evaluate MODEL TEXT</c>: the loss of a model on a text by stated protocols.</summary>
internal static class EvaluateCommand
{
    private static readonly Argument<string> Model = new("model") { Description = "The model folder." };
    private static readonly Argument<string> Text = new("text") { Description = "The UTF-8 text file to score." };

    private static readonly Option<string> Which = new("--protocol")
    {
        Description = "cold: windows from the zero state. contiguous: the whole text once. both.",
        DefaultValueFactory = _ => "both",
    };

    private static readonly Option<string> Part = new("--split")
    {
        Description = "all of the text, or the part at its end that a training with --validation holds out.",
        DefaultValueFactory = _ => "all",
    };

    private static readonly Option<double> Held = new("--validation")
    {
        Description = "Share of the text that the validation split is.",
        DefaultValueFactory = _ => new TrainingSettings().ValidationShare,
    };

    private static readonly Option<int> Window = new("--window")
    {
        Description = "Predictions of a cold window.",
        DefaultValueFactory = _ => Evaluator.DefaultWindow,
    };

    private static readonly Option<int?> Threads = new("--threads") { Description = "Threads of a matrix product. Default: one a core." };

    public static Command Create()
    {
        Which.AcceptOnlyFromAmong("cold", "contiguous", "both");
        Part.AcceptOnlyFromAmong("all", "validation");
        var command = new Command("evaluate", "Scores a text with a model.") { Model, Text, Which, Part, Held, Window, Threads };
        // On another thread: the handler of Ctrl-C is only set up once the action has given its task back.
        command.SetAction((arguments, cancellation) => Task.Run(() => Run(arguments, cancellation), CancellationToken.None));
        return command;
    }

    private static int Run(ParseResult arguments, CancellationToken cancellation)
    {
        var folder = ModelFolder.Open(arguments.GetRequiredValue(Model));
        var corpus = Corpus.Read(arguments.GetRequiredValue(Text));
        TorchRuntime.Initialize(arguments.GetValue(Threads));
        using var model = new LanguageModel(folder.Config);
        model.LoadWeights(folder.ReadWeights());

        var text = arguments.GetValue(Part) == "all" ? corpus.Text : corpus.Split(arguments.GetValue(Held)).Validation;
        var tokens = folder.Tokenizer.Encode(text);
        var evaluator = new Evaluator(model, folder.Tokenizer);
        foreach (var protocol in arguments.GetValue(Which) switch
        {
            "cold" => new[] { Protocol.ColdWindows },
            "contiguous" => [Protocol.Contiguous],
            _ => [Protocol.ColdWindows, Protocol.Contiguous],
        })
        {
            Console.WriteLine(TrainingDisplay.Figure(evaluator.Evaluate(tokens, protocol, arguments.GetValue(Window), cancellation)));
        }

        return 0;
    }
}
