using System.CommandLine;
using LmModel.Networks;
using LmModel.Tokenization;
using LmModel.Training;
using static LmCli.TrainOptions;

namespace LmCli;

/// <summary><c>lm train TEXT</c>: a model of a text. Without options it gives a sensible character model.</summary>
internal static class TrainCommand
{
    /// <summary>Characters that a BPE's merges are learned from at most: more hardly change them, but their words fill memory.</summary>
    private const long MostLearnedFrom = 1 << 26;

    /// <summary>Characters that are enough tokens for every window, even at a hundred a token.</summary>
    private const long LongerThanAnyNeeds = 2_000_000;

    public static Command Create()
    {
        var command = new Command("train", "Trains a model on a text. Ctrl-C saves; --resume goes on.")
        {
            Text, Out, Tokens, Vocabulary, CellKind, Layers, Hidden, Embedding, Dropout, Tie, Batch, Window, Steps,
            LearningRate, Warmup, Decay, Clip, Held, CorpusOptions.Documents, CorpusOptions.ValidationText, Every, Seed, Threads, About, Resume, Overwrite,
        };
        // On another thread: the handler of Ctrl-C is only set up once the action has given its task back.
        command.SetAction((arguments, cancellation) => Task.Run(() => Run(arguments, cancellation), CancellationToken.None));
        return command;
    }

    private static int Run(ParseResult arguments, CancellationToken cancellation)
    {
        var path = arguments.GetRequiredValue(Text);
        var corpus = Corpus.Open(path);
        var folder = arguments.GetValue(Out)
            ?? Path.Combine("models", Directory.Exists(path) ? corpus.Name : Path.GetFileNameWithoutExtension(path));
        foreach (var warning in corpus.Warnings)
        {
            Console.Error.WriteLine($"warning: {warning}");
        }

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

        var held = CorpusOptions.HoldOutOf(arguments, Held);
        var split = corpus.Split(held);
        if (arguments.GetRequiredValue(Tokens) == "bpe" && split.All.Length > MostLearnedFrom)
        {
            Console.WriteLine($"The merges are learned from about {MostLearnedFrom:N0} of {split.All.Length:N0} characters, spread evenly.");
        }

        Tokenizer tokenizer = arguments.GetRequiredValue(Tokens) switch
        {
            "bytes" => new ByteTokenizer(),
            // Of what is trained on alone: no other text must have shaped what the network reads.
            "bpe" => BpeTokenizer.Train(
                split.Training.Sample(MostLearnedFrom), VocabularyOf(arguments, least: 256, otherwise: 4096)),
            "words" => WordTokenizer.FromCorpus(
                split.Training.Pieces(), VocabularyOf(arguments, WordTokenizer.LeastVocabularySize, otherwise: 50_000)),
            _ => CharacterTokenizer.FromCorpus(split.All.Pieces()),
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
        return Trainer.Start(corpus, tokenizer, config, Settings(arguments, split, tokenizer), folder, Card(arguments, folder));
    }

    private static int VocabularyOf(ParseResult arguments, int least, int otherwise)
    {
        var size = arguments.GetValue(Vocabulary) ?? otherwise;
        return size >= least
            ? size
            : throw new ArgumentException($"--vocabulary must be at least {least} for {arguments.GetValue(Tokens)}, not {size}.");
    }

    private static TrainingSettings Settings(ParseResult arguments, CorpusSplit split, Tokenizer tokenizer)
    {
        var settings = new TrainingSettings
        {
            Steps = arguments.GetValue(Steps),
            LearningRate = arguments.GetValue(LearningRate),
            WarmupSteps = arguments.GetValue(Warmup),
            WeightDecay = arguments.GetValue(Decay),
            GradientClip = arguments.GetValue(Clip),
            ValidationShare = split.HoldOut.Share,
            HeldOutDocuments = split.HoldOut.Documents,
            ValidationText = split.HoldOut.ValidationText,
            ValidateEvery = arguments.GetValue(Every),
            Seed = arguments.GetValue(Seed),
        };
        var (batch, window) = (arguments.GetValue(Batch), arguments.GetValue(Window));
        return batch is null && window is null
            ? settings.FitTo(split.Training.Length > LongerThanAnyNeeds ? int.MaxValue : tokenizer.Encode(split.Training.ReadToEnd()).Length)
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
        var (text, validation) = (arguments.GetRequiredValue(Text), arguments.GetValue(CorpusOptions.ValidationText));
        var words = new List<string> { "lm" };
        for (var i = 0; i < arguments.Tokens.Count; i++)
        {
            var word = arguments.Tokens[i].Value;
            if (told.Contains(word))
            {
                i += word == "--about" ? 1 : 0;
                continue;
            }

            words.Add(word == text || word == validation ? NameOf(word) : word);
        }

        return string.Join(' ', words);
    }

    private static string NameOf(string path) => Path.GetFileName(Path.TrimEndingDirectorySeparator(path));
}
