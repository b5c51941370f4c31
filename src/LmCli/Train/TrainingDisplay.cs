using System.Globalization;
using LmModel.Corpora;
using LmModel.Networks;
using LmModel.Training;
using LmModel.Training.Planning;
using LmModel.Training.Reporting;
using Spectre.Console;

namespace LmCli.Train;

/// <summary>Shows a training: a live bar in a terminal, plain lines elsewhere.</summary>
internal abstract class TrainingDisplay
{
    /// <summary>The display that suits where the output goes.</summary>
    public static TrainingDisplay For(TextWriter output) =>
        Console.IsOutputRedirected ? new PlainDisplay(output) : new TerminalDisplay(AnsiConsole.Console, output);

    public void Begin(Trainer trainer, Corpus corpus, string folder)
    {
        var (config, settings) = (trainer.Config, trainer.Settings);
        Write(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{corpus.Name}: {corpus.Bytes:N0} bytes, {config.VocabularySize} tokens in the vocabulary"));
        Write(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{config.Cell.Name()} {config.Layers} x {config.HiddenSize}, embedding {config.EmbeddingSize}, "
                    + $"{config.ParameterCount:N0} parameters"));
        Write(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{settings.Steps} steps of {settings.BatchSize} x {settings.WindowLength} tokens, "
                    + $"{trainer.StepsPerEpoch:0.#} per epoch, to {folder}"));
        Write(trainer.Split.Description);
        if (trainer.Step > 0)
        {
            Write($"resumed at step {trainer.Step}");
        }
    }

    /// <summary>What was planned, and why.</summary>
    public void Plan(TrainingPlan plan)
    {
        foreach (var reason in plan.Reasons)
        {
            Write(reason);
        }
    }

    /// <summary>Runs a training that reports to this display.</summary>
    public abstract bool Run(Func<Action<TrainingProgress>, bool> train);

    /// <summary>Shows a line of its own.</summary>
    public abstract void Write(string line);

    protected static string Describe(TrainingProgress p) => string.Create(
        CultureInfo.InvariantCulture,
            $"step {p.Step}/{p.TotalSteps}  loss {p.Loss:F4}  ppl {p.Perplexity:F2}  {p.TokensPerSecond:N0} tokens/s  "
                + $"lr {p.LearningRate:G3}  left {Left(p.Remaining)}");

    protected static string DescribeValidation(TrainingProgress p) => string.Create(
        CultureInfo.InvariantCulture,
        $"step {p.Step}: validation {p.ValidationLoss:F4} nats/token{(p.IsBest ? ", the best so far: saved" : "")}");

    private static string Left(TimeSpan time) =>
        time.ToString(time.TotalHours >= 1 ? @"h\:mm\:ss" : @"m\:ss", CultureInfo.InvariantCulture);

    /// <summary>A line every few steps and one for each validation: for log files.</summary>
    private sealed class PlainDisplay(TextWriter output) : TrainingDisplay
    {
        private const int LineEvery = 50;

        private int _last;

        public override bool Run(Func<Action<TrainingProgress>, bool> train) => train(p =>
        {
            if (p.Step >= _last + LineEvery || p.ValidationLoss is not null)
            {
                _last = p.Step;
                Write(Describe(p));
            }

            if (p.ValidationLoss is not null)
            {
                Write(DescribeValidation(p));
            }
        });

        public override void Write(string line)
        {
            output.WriteLine(line);
            output.Flush();
        }
    }

    private sealed class TerminalDisplay(IAnsiConsole console, TextWriter output) : TrainingDisplay
    {
        private bool _showsBar;

        public override bool Run(Func<Action<TrainingProgress>, bool> train)
        {
            _showsBar = true;
            try
            {
                return RunWithBar(train);
            }
            finally
            {
                _showsBar = false;
            }
        }

        public override void Write(string line)
        {
            if (_showsBar)
            {
                console.WriteLine(line);
            }
            else
            {
                // Left to the terminal to wrap: a command that is broken into lines cannot be pasted.
                output.WriteLine(line);
            }
        }

        private bool RunWithBar(Func<Action<TrainingProgress>, bool> train) =>
            console
                .Progress()
                .Columns(
                    new ProgressBarColumn(),
                    new PercentageColumn(),
                    new TaskDescriptionColumn { Alignment = Justify.Left }
                )
                .Start(context =>
                {
                    var task = context.AddTask("begins");
                    return train(p =>
                    {
                        task.MaxValue = p.TotalSteps;
                        task.Value = p.Step;
                        task.Description = Markup.Escape(Describe(p));
                        if (p.ValidationLoss is not null)
                        {
                            Write(DescribeValidation(p));
                        }
                    });
                });
    }
}
