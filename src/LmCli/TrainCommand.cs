using System.CommandLine;
using System.Globalization;
using LmModel.Networks;
using LmModel.Tokenization;
using LmModel.Training;

namespace LmCli;

/// <summary><c>lm train TEXT</c>: a model of a text. Without options it gives a sensible character model.</summary>
internal static class TrainCommand
{
    private static readonly TrainingSettings Default = new();

    private static readonly Argument<string> Text = new("text") { Description = "The UTF-8 text file to train on." };

    private static readonly Option<string?> Out = new("--out", "-o")
    {
        Description = "Folder for the model. Default: models/ and the name of the text file.",
    };

    private static readonly Option<string> Tokens = new("--tokenizer")
    {
        Description = "What the model reads and writes at a time.",
        DefaultValueFactory = _ => "characters",
    };

    private static readonly Option<int> Vocabulary = new("--vocabulary")
    {
        Description = "Tokens of a bpe vocabulary.",
        DefaultValueFactory = _ => 4096,
    };

    private static readonly Option<Cell> CellKind = new("--cell")
    {
        Description = "Recurrent cell.",
        DefaultValueFactory = _ => Cell.Lstm,
        HelpName = "rnn_tanh|rnn_relu|gru|lstm",
        CustomParser = r => Enum.TryParse<Cell>(r.Tokens[0].Value.Replace("_", ""), ignoreCase: true, out var cell)
            ? cell
            : Fail<Cell>(r, "must be rnn_tanh, rnn_relu, gru or lstm"),
    };

    private static readonly Option<int> Layers = new("--layers") { Description = "Recurrent layers.", DefaultValueFactory = _ => 2 };
    private static readonly Option<int> Hidden = new("--hidden") { Description = "Units of a layer.", DefaultValueFactory = _ => 256 };
    private static readonly Option<int?> Embedding = new("--embedding") { Description = "Embedding size. Default: a quarter of the units, all of them where weights are tied." };
    private static readonly Option<double> Dropout = new("--dropout") { Description = "Dropout between layers and before the output.", DefaultValueFactory = _ => 0.2 };
    private static readonly Option<bool> Tie = new("--tie-weights") { Description = "Use the embedding as the output matrix too." };
    private static readonly Option<int?> Batch = new("--batch") { Description = $"Columns of text read side by side. Default: {Default.BatchSize}, fewer for a short text." };
    private static readonly Option<int?> Window = new("--window") { Description = $"Steps that gradients flow back through. Default: {Default.WindowLength}, fewer for a short text." };
    private static readonly Option<int> Steps = new("--steps") { Description = "Updates of the weights.", DefaultValueFactory = _ => Default.Steps };
    private static readonly Option<double> LearningRate = new("--learning-rate") { Description = "Peak of the learning rate.", DefaultValueFactory = _ => Default.LearningRate };
    private static readonly Option<int> Warmup = new("--warmup") { Description = "Steps of the rise to the peak.", DefaultValueFactory = _ => Default.WarmupSteps };
    private static readonly Option<double> Decay = new("--weight-decay") { Description = "AdamW's decay of matrices.", DefaultValueFactory = _ => Default.WeightDecay };
    private static readonly Option<double> Clip = new("--clip") { Description = "Norm the gradient is scaled down to.", DefaultValueFactory = _ => Default.GradientClip };
    private static readonly Option<double> Held = new("--validation") { Description = "Share of the text, at its end, held out.", DefaultValueFactory = _ => Default.ValidationShare };
    private static readonly Option<int> Every = new("--validate-every") { Description = "Steps between validations; each saves.", DefaultValueFactory = _ => Default.ValidateEvery };
    private static readonly Option<long> Seed = new("--seed") { Description = "Key of every random number.", DefaultValueFactory = _ => Default.Seed };
    private static readonly Option<int?> Threads = new("--threads") { Description = "Threads of a matrix product. Default: one a core." };
    private static readonly Option<string?> About = new("--about") { Description = "A sentence about the text for the model card: what, from where, which licence." };
    private static readonly Option<bool> Resume = new("--resume") { Description = "Go on with the training in the folder; its settings stay." };
    private static readonly Option<bool> Overwrite = new("--overwrite") { Description = "Begin anew where the folder already has a model." };

    public static Command Create()
    {
        Tokens.AcceptOnlyFromAmong("characters", "bytes", "bpe");
        var command = new Command("train", "Trains a model on a text. Ctrl-C saves; --resume goes on.")
        {
            Text, Out, Tokens, Vocabulary, CellKind, Layers, Hidden, Embedding, Dropout, Tie, Batch, Window, Steps,
            LearningRate, Warmup, Decay, Clip, Held, Every, Seed, Threads, About, Resume, Overwrite,
        };
        // On another thread: the handler of Ctrl-C is only set up once the action has given its task back.
        command.SetAction((arguments, cancellation) => Task.Run(() => Run(arguments, cancellation), CancellationToken.None));
        return command;
    }

    private static int Run(ParseResult arguments, CancellationToken cancellation)
    {
        var path = arguments.GetRequiredValue(Text);
        var folder = arguments.GetValue(Out) ?? Path.Combine("models", Path.GetFileNameWithoutExtension(path));
        var corpus = Corpus.Read(path);
        TorchRuntime.Initialize(arguments.GetValue(Threads));
        using var trainer = arguments.GetValue(Resume)
            ? Continue(arguments, corpus, folder)
            : Start(arguments, corpus, folder);

        var display = TrainingDisplay.For(Console.Out);
        display.Begin(trainer, corpus, folder);
        if (!display.Run(report => trainer.Run(report, cancellation)))
        {
            Console.WriteLine($"Stopped and saved at step {trainer.Step}. Go on with: lm train {path} --out {folder} --resume");
            return 130;
        }

        display.End(trainer.Finish(cancellation), folder);
        return 0;
    }

    private static Trainer Continue(ParseResult arguments, Corpus corpus, string folder)
    {
        Option[] allowed = [Out, Threads, Resume];
        var given = arguments.CommandResult.Children.OfType<System.CommandLine.Parsing.OptionResult>()
            .Where(o => !o.Implicit && !allowed.Contains(o.Option)).Select(o => o.Option.Name).ToList();
        return given.Count == 0
            ? Trainer.Resume(corpus, folder)
            : throw new ArgumentException($"--resume goes on with the settings the training began with; leave out {string.Join(", ", given)}.");
    }

    private static Trainer Start(ParseResult arguments, Corpus corpus, string folder)
    {
        if (!arguments.GetValue(Overwrite) && Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any())
        {
            throw new IOException(
                $"{folder} is not empty. Go on with its training by --resume, begin anew by --overwrite, or give another --out.");
        }

        Tokenizer tokenizer = arguments.GetRequiredValue(Tokens) switch
        {
            "bytes" => new ByteTokenizer(),
            "bpe" => BpeTokenizer.Train(corpus.Text, arguments.GetValue(Vocabulary)),
            _ => CharacterTokenizer.FromCorpus(corpus.Text),
        };
        var hidden = arguments.GetValue(Hidden);
        var tied = arguments.GetValue(Tie);
        var config = new ModelConfig
        {
            Cell = arguments.GetValue(CellKind),
            VocabularySize = tokenizer.VocabularySize,
            EmbeddingSize = arguments.GetValue(Embedding) ?? (tied ? hidden : Math.Max(1, hidden / 4)),
            HiddenSize = hidden,
            Layers = arguments.GetValue(Layers),
            Dropout = arguments.GetValue(Dropout),
            TieWeights = tied,
            StartToken = StartToken(tokenizer),
        };
        return Trainer.Start(corpus, tokenizer, config, Settings(arguments, corpus, tokenizer), folder, Card(arguments, folder));
    }

    private static TrainingSettings Settings(ParseResult arguments, Corpus corpus, Tokenizer tokenizer)
    {
        var settings = new TrainingSettings
        {
            Steps = arguments.GetValue(Steps),
            LearningRate = arguments.GetValue(LearningRate),
            WarmupSteps = arguments.GetValue(Warmup),
            WeightDecay = arguments.GetValue(Decay),
            GradientClip = arguments.GetValue(Clip),
            ValidationShare = arguments.GetValue(Held),
            ValidateEvery = arguments.GetValue(Every),
            Seed = arguments.GetValue(Seed),
        };
        var (batch, window) = (arguments.GetValue(Batch), arguments.GetValue(Window));
        return batch is null && window is null
            ? settings.FitTo(tokenizer.Encode(corpus.Split(settings.ValidationShare).Training).Length)
            : settings with { BatchSize = batch ?? settings.BatchSize, WindowLength = window ?? settings.WindowLength };
    }

    /// <summary>An empty prompt begins as a line does, where the vocabulary has line breaks.</summary>
    private static int StartToken(Tokenizer tokenizer)
    {
        try
        {
            return tokenizer.Encode("\n") is [var id] ? id : 0;
        }
        catch (UnknownCharacterException)
        {
            return 0;
        }
    }

    private static ModelCard Card(ParseResult arguments, string folder) => new()
    {
        Name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))),
        Command = Command(arguments),
        About = arguments.GetValue(About) ?? "",
    };

    /// <summary>The command as a reader would repeat it: the text by its name alone, without what is said elsewhere.</summary>
    private static string Command(ParseResult arguments)
    {
        string[] told = ["--resume", "--overwrite", "--about"];
        var text = arguments.GetRequiredValue(Text);
        var words = new List<string> { "lm" };
        for (var i = 0; i < arguments.Tokens.Count; i++)
        {
            var word = arguments.Tokens[i].Value;
            if (told.Contains(word))
            {
                i += word == "--about" ? 1 : 0;
                continue;
            }

            words.Add(word == text ? Path.GetFileName(text) : word);
        }

        return string.Join(' ', words);
    }

    private static T Fail<T>(System.CommandLine.Parsing.ArgumentResult result, string problem)
    {
        result.AddError(string.Create(CultureInfo.InvariantCulture, $"'{result.Tokens[0].Value}' {problem}."));
        return default!;
    }
}
