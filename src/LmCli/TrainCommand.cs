using System.CommandLine;
using LmModel.Networks;
using LmModel.Tokenization;
using LmModel.Training;
using static LmCli.TrainOptions;

namespace LmCli;

/// <summary><c>lm train TEXT</c>: a model of a text. Without options it gives a sensible character model.</summary>
internal static class TrainCommand
{
    public static Command Create()
    {
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

        display.End(trainer.Finish(arguments.GetValue(Threads) ?? Environment.ProcessorCount, cancellation), folder);
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
            "bpe" => BpeTokenizer.Train(corpus.Text, VocabularyOf(arguments, least: 256, otherwise: 4096)),
            "words" => WordTokenizer.FromCorpus(
                corpus.Text, VocabularyOf(arguments, WordTokenizer.LeastVocabularySize, otherwise: 50_000)),
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

    private static int VocabularyOf(ParseResult arguments, int least, int otherwise)
    {
        var size = arguments.GetValue(Vocabulary) ?? otherwise;
        return size >= least
            ? size
            : throw new ArgumentException($"--vocabulary must be at least {least} for {arguments.GetValue(Tokens)}, not {size}.");
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
        string[] told = ["--overwrite", "--about"];
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
}
