using System.CommandLine;
using System.Globalization;
using LmCli.Evaluate;
using LmCli.Options;
using LmCli.Quantize;
using LmCli.Terminal;
using LmModel.Corpora;
using LmModel.Evaluation.Leaks;
using LmModel.Evaluation.Samples;
using LmModel.Files;
using LmModel.Networks;
using LmModel.Quantization;
using LmModel.Training;
using LmModel.Training.Planning;
using LmModel.Training.Reporting;
using LmModel.Training.Settings;
using static LmCli.Train.TrainOptions;

namespace LmCli.Train;

/// <summary>
/// <c>lm train TEXT</c>: a model of a text. Without options, text and time decide what kind of model.
/// </summary>
internal static class TrainCommand
{
    public static Command Create(Interruption interruption)
    {
        var command = new Command(
            "train", "Trains a model on a text. Ctrl-C, SIGTERM and SIGHUP save; --resume continues.")
        {
            Text,
        };
        foreach (var option in TrainOptions.All)
        {
            command.Options.Add(option);
        }

        command.SetAction((arguments, cancellation) => Task.FromResult(Run(arguments, interruption)));
        return command;
    }

    private static int Run(ParseResult arguments, Interruption interruption)
    {
        var cancellation = interruption.Token;
        var path = arguments.GetRequiredValue(Text);
        var folder = OutputFolder.Of(arguments.GetValue(Out), path);
        if (!arguments.GetValue(Resume))
        {
            OutputFolder.RequireFree(
                folder, arguments.GetValue(Overwrite),
                "Continue its training with --resume, start again with --overwrite, or give another --out.");
        }

        var corpus = Corpus.Open(path, cancellation);
        foreach (var warning in corpus.Warnings)
        {
            Console.Error.WriteLine($"warning: {warning}");
        }

        TorchRuntime.Initialize(arguments.GetValue(Threads));
        var display = TrainingDisplay.For(Console.Out);
        var (trainer, planned) = arguments.GetValue(Resume)
            ? (Continue(arguments, corpus, folder), null)
            : Start(arguments, corpus, folder, display, cancellation);
        using var training = trainer;

        display.Begin(trainer, corpus, folder);
        var watch = new TrainWatch(
            trainer, folder, Title(trainer, folder), arguments.GetValue(SampleEvery) ?? 1, display.Write, cancellation);
        var isDone = display.Run(show => interruption.Protect(() => trainer.Run(
            progress =>
            {
                show(progress);
                watch.Report(progress);
            },
            cancellation, watch.ReportEvery)));
        try
        {
            if (isDone)
            {
                Finish(arguments, trainer, planned, corpus, folder, watch, display, cancellation);
                return 0;
            }
        }
        catch (OperationCanceledException)
        {
            // The training is done and saved; what is missing is measured by a resumed one.
        }

        Console.WriteLine(
            $"Stopped and saved at step {trainer.Step}. "
            + $"Continue with: lm train {ShellWord.Path(path)} --out {ShellWord.Quote(folder)} --resume");
        // Not 0, even where what ended it was that nobody reads the output: the model is not finished.
        return interruption.ExitCode is > 0 and var code ? code : 130;
    }

    private static void Finish(
        ParseResult arguments, Trainer trainer, PlannedTime? planned, Corpus corpus, string folder, TrainWatch watch,
        TrainingDisplay display, CancellationToken cancellation)
    {
        var model = trainer.Finish(
            arguments.GetValue(Threads) ?? Environment.ProcessorCount, cancellation,
            report => CommandLines.Quantize(Name(folder), report));
        var summary = Summary(trainer, planned, corpus, folder, model, watch, cancellation);
        var samples = DefaultsRecord.SaveAsync(
            folder, trainer.Split, arguments.GetValue(Threads) ?? Environment.ProcessorCount, cancellation)
            .GetAwaiter().GetResult();
        foreach (var line in PrecisionTable.Lines(model.Precision)
            .Concat(TrainSamplesReport.Lines(samples)).Concat(summary.Lines()))
        {
            display.Write(line);
        }
    }

    private static TrainSummary Summary(
        Trainer trainer, PlannedTime? planned, Corpus corpus, string folder, TrainedModel model, TrainWatch watch,
        CancellationToken cancellation)
    {
        return new TrainSummary
        {
            Text = corpus.Name,
            Folder = folder,
            Settings = trainer.Settings,
            Step = trainer.Step,
            Epochs = trainer.Step / trainer.StepsPerEpoch,
            Elapsed = trainer.Elapsed,
            Figures = model.Figures,
            BestStep = trainer.BestStep,
            Trend = TrainingTrend.Of(watch.Reports),
            Advice = new()
            {
                Network = trainer.Config,
                Settings = trainer.Settings,
                Tokens = trainer.TrainingTokens,
                EndedEarly = trainer.Step < trainer.Settings.Steps,
                Time = planned,
            },
            Baselines = TrainBaselines.Of(trainer, cancellation),
        };
    }

    private static string Title(Trainer trainer, string folder) => string.Create(
        CultureInfo.InvariantCulture,
        $"{Name(folder)}: {trainer.Config.Cell.Name()} {trainer.Config.Layers} × {trainer.Config.HiddenSize}, ")
        + string.Create(CultureInfo.InvariantCulture, $"{trainer.Config.ParameterCount:N0} parameters");

    private static Trainer Continue(ParseResult arguments, Corpus corpus, string folder)
    {
        Option[] allowed = [Out, Threads, SampleEvery, Resume];
        var given = arguments.CommandResult.Children.OfType<System.CommandLine.Parsing.OptionResult>()
            .Where(o => !o.Implicit && !allowed.Contains(o.Option)).Select(o => o.Option.Name).ToList();
        return given.Count == 0
            ? Trainer.Resume(corpus, folder)
            : throw new ArgumentException(
                "--resume uses the settings that the training began with; "
                + $"leave out {string.Join(", ", given)}.");
    }

    private static (Trainer Trainer, PlannedTime? Planned) Start(
        ParseResult arguments, Corpus corpus, string folder, TrainingDisplay display, CancellationToken cancellation)
    {
        var setup = TrainingSetup.For(
            corpus, TrainRecipe.Choices(arguments),
            CorpusOptions.HoldOutOf(arguments, Held.Option, (double?)Held.Read(arguments)),
            arguments.GetValue(Minutes) ?? TrainingSetup.DefaultMinutes);
        var (plan, split) = (setup.Plan, setup.Split);
        display.Plan(plan);
        MemoryCheck.Require(
            MemoryNeed.OfTraining(plan.Network, plan.Settings), "This training",
            "Fewer --hidden, --layers or --vocabulary need less, "
            + "and a smaller --batch or --window reduces the second part.");
        if (split.ValidationCorpus is not null)
        {
            // It may be a part of the training text, which comparing whole documents does not find.
            var leaks = TrainingText.Search(
                split.Training, split.Validation.ReadToEnd(), LeakCheck.DefaultWindow, cancellation);
            ScoreLines.Leaks(leaks).ToList().ForEach(display.Write);
        }

        if (plan.Tokenizer == "bpe" && split.Training.Length > CorpusTokenizer.MostLearnedFrom)
        {
            display.Write(string.Create(
                CultureInfo.InvariantCulture,
                $"The merges are learned from about {CorpusTokenizer.MostLearnedFrom:N0} of ")
                + string.Create(
                    CultureInfo.InvariantCulture, $"{split.Training.Length:N0} characters, spread evenly."));
        }

        var card = new ModelCard
        {
            Name = Name(folder),
            Command = TrainRecipe.Command(arguments, plan, timed: setup.Time is not null),
            Evaluation = CommandLines.Evaluate(Name(folder), corpus.Name, split.HoldOut),
            About = arguments.GetValue(About) ?? "",
            Curves = LossCurves.SvgName,
        };
        return (
            setup.Start(folder, card, TrainRecipe.Rules(arguments)),
            setup.Time is { } time ? new PlannedTime(time, plan, setup.PlanFor(2 * time.Minutes)) : null);
    }

    private static string Name(string folder) =>
        Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));
}
