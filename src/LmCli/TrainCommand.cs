using System.CommandLine;
using System.Globalization;
using LmModel.Networks;
using LmModel.Tokenization;
using LmModel.Training;
using static LmCli.TrainOptions;

namespace LmCli;

/// <summary><c>lm train TEXT</c>: a model of a text. Without options, text and time decide what kind of model.</summary>
internal static class TrainCommand
{
    /// <summary>Characters that are enough tokens for every window, even at a hundred a token.</summary>
    private const long LongerThanAnyNeeds = 2_000_000;

    public static Command Create()
    {
        var command = new Command("train", "Trains a model on a text. Ctrl-C saves; --resume goes on.")
        {
            Text, Out, Minutes, PresetName, Tokens, Vocabulary, CellKind, Layers, Hidden, Embedding, Tie, Dropout,
            InputDropout, EmbeddingDropout, WeightDrop, Initialization, Batch, Window, Jitter, Reset, Steps, LearningRate,
            LearningRateSchedule, Cycles, Warmup, Decay, Clip, Average, SampledTokens, Arithmetic, Patience, Held,
            CorpusOptions.Documents, CorpusOptions.ValidationText, Every, SampleEvery, Seed, Threads, About, Resume, Overwrite,
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
        var display = TrainingDisplay.For(Console.Out);
        using var trainer = arguments.GetValue(Resume)
            ? Continue(arguments, corpus, folder)
            : Start(arguments, corpus, folder, display);

        display.Begin(trainer, corpus, folder);
        var watch = new TrainWatch(trainer, folder, Title(trainer, folder), arguments.GetValue(SampleEvery) ?? 1, display.Write);
        if (!display.Run(show => trainer.Run(progress => { show(progress); watch.Report(progress); }, cancellation, watch.ReportEvery)))
        {
            Console.WriteLine($"Stopped and saved at step {trainer.Step}. Go on with: lm train {path} --out {folder} --resume");
            return 130;
        }

        var model = trainer.Finish(arguments.GetValue(Threads) ?? Environment.ProcessorCount, cancellation);
        foreach (var line in PrecisionTable.Lines(model.Precision).Concat(Summary(trainer, corpus, folder, model, watch, cancellation).Lines()))
        {
            display.Write(line);
        }

        return 0;
    }

    private static TrainSummary Summary(
        Trainer trainer, Corpus corpus, string folder, TrainedModel model, TrainWatch watch, CancellationToken cancellation)
    {
        return new TrainSummary
        {
            Text = corpus.Name,
            Folder = folder,
            Settings = trainer.Settings,
            Step = trainer.Step,
            Epochs = (double)trainer.Step / trainer.StepsPerEpoch,
            Elapsed = trainer.Elapsed,
            Figures = model.Figures,
            BestStep = trainer.BestStep,
            Trend = TrainingTrend.Of(watch.Reports),
            Baselines = TrainBaselines.Of(trainer, cancellation),
        };
    }

    private static string Title(Trainer trainer, string folder) => string.Create(
        CultureInfo.InvariantCulture,
        $"{Name(folder)}: {trainer.Config.Cell.ToString().ToUpperInvariant()} {trainer.Config.Layers} × {trainer.Config.HiddenSize}, {trainer.Config.ParameterCount:N0} parameters");

    private static Trainer Continue(ParseResult arguments, Corpus corpus, string folder)
    {
        Option[] allowed = [Out, Threads, SampleEvery, Resume];
        var given = arguments.CommandResult.Children.OfType<System.CommandLine.Parsing.OptionResult>()
            .Where(o => !o.Implicit && !allowed.Contains(o.Option)).Select(o => o.Option.Name).ToList();
        return given.Count == 0
            ? Trainer.Resume(corpus, folder)
            : throw new ArgumentException($"--resume goes on with the settings the training began with; leave out {string.Join(", ", given)}.");
    }

    private static Trainer Start(ParseResult arguments, Corpus corpus, string folder, TrainingDisplay display)
    {
        if (!arguments.GetValue(Overwrite) && Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any())
        {
            throw new IOException(
                $"{folder} is not empty. Go on with its training by --resume, begin anew by --overwrite, or give another --out.");
        }

        var choices = TrainRecipe.Choices(arguments);
        var held = CorpusOptions.HoldOutOf(arguments, Held);
        var time = TrainRecipe.Time(arguments, choices);
        var plan = TrainingPlan.Make(CorpusFacts.Of(corpus.Text.Pieces()), choices, time);
        display.Plan(plan);
        var split = corpus.Split(held with { Share = plan.Settings.ValidationShare });
        if (plan.Tokenizer == "bpe" && split.Training.Length > CorpusTokenizer.MostLearnedFrom)
        {
            display.Write(string.Create(
                CultureInfo.InvariantCulture,
                $"The merges are learned from about {CorpusTokenizer.MostLearnedFrom:N0} of {split.Training.Length:N0} characters, spread evenly."));
        }

        var tokenizer = CorpusTokenizer.Make(plan.Tokenizer, plan.Vocabulary, split);
        var network = plan.Network with { VocabularySize = tokenizer.VocabularySize, StartToken = StartToken(tokenizer) };
        var settings = plan.Settings;
        if (choices.BatchSize is null && choices.WindowLength is null && split.Training.Length < LongerThanAnyNeeds)
        {
            // The plan knows only about how many longer tokens a text has.
            settings = settings.FitTo(tokenizer.Encode(split.Training.ReadToEnd()).Length);
        }

        var card = new ModelCard
        {
            Name = Name(folder),
            Command = TrainRecipe.Command(arguments, plan, timed: time is not null),
            About = arguments.GetValue(About) ?? "",
            Curves = LossCurves.SvgName,
        };
        return Trainer.Start(split, tokenizer, network, settings, folder, card);
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

    private static string Name(string folder) => Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));
}
