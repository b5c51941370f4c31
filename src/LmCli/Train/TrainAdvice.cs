using LmModel.Networks;
using LmModel.Training.Planning;
using LmModel.Training.Reporting;
using LmModel.Training.Settings;
using static System.FormattableString;

namespace LmCli.Train;

/// <summary>
/// What to try after a training. Each piece of advice is based on trainings that followed it and reached a lower loss;
/// see the tables in docs/training.md.
/// </summary>
internal sealed record TrainAdvice
{
    /// <summary>
    /// A larger relative gap between held-out and training text cannot be explained by dropout and the difference of
    /// the texts.
    /// </summary>
    public const double WideGap = 0.15;

    // A smaller distance below the planned dropout is not worth another training.
    private const double TooLittleDropout = 0.1;

    public required ModelConfig Network { get; init; }

    public required TrainingSettings Settings { get; init; }

    /// <summary>Tokens of the text that was trained on.</summary>
    public required long Tokens { get; init; }

    /// <summary>The training ended before its last step.</summary>
    public required bool EndedEarly { get; init; }

    /// <summary>Null if the steps were requested, or the training was resumed.</summary>
    public PlannedTime? Time { get; init; }

    public string Next(TrainingTrend trend)
    {
        var planned = PlannedDropout.For(Network, Settings, Tokens);
        if ((trend.Overfits || trend.Gap > WideGap) && planned.Between - Network.Dropout > TooLittleDropout)
        {
            return Invariant($"more dropout: --dropout {planned.Between} --input-dropout {planned.Input} ")
                + Invariant($"--weight-drop {planned.Weight} suits a network of {Network.HiddenSize} units ")
                + "that reads this text that often.";
        }

        var hasLearntAll = trend.Overfits || EndedEarly;
        if (Time is { HelpsMore: false })
        {
            var twice = Time.Asked with { Minutes = 2 * Time.Asked.Minutes };
            return Invariant($"more text. More time does not help: the plan for {twice.Words} reads the text ")
                + Invariant($"{Time.Twice.Epochs:0.0} times with {Units(Time.Twice.Network)}.");
        }

        // A longer plan drops more, which holds off what ended this training: 60 KB end early at one minute, and are
        // better after two. Dropout that was given stays, and so does what ended it.
        if (Time is not null && (!hasLearntAll || Time.Twice.Network.Dropout > Time.Plan.Network.Dropout))
        {
            return Invariant($"more time: --minutes {2 * Time.Asked.Minutes:0.##} reads the text ")
                + Invariant($"{Time.Twice.Epochs:0.0} times with {Units(Time.Twice.Network)}, ")
                + Invariant($"not {Time.Plan.Epochs:0.0} times with {Units(Time.Plan.Network)}.");
        }

        if (hasLearntAll)
        {
            return "more text.";
        }

        return trend.StillFalls ? Invariant($"more steps: --hidden {Network.HiddenSize} --steps {2L * Settings.Steps}.")
            : TrainingPlan.Suits(Network with { HiddenSize = 2 * Network.HiddenSize }, Settings, Tokens)
                ? Invariant($"a wider network: --hidden {2 * Network.HiddenSize}.")
            : "more text.";
    }

    private static string Units(ModelConfig network) => Invariant($"{network.Layers} x {network.HiddenSize} units");
}

/// <summary>A time that a training was planned for.</summary>
/// <param name="Asked">The time.</param>
/// <param name="Plan">What was planned for it.</param>
/// <param name="Twice">What would be planned for twice the time.</param>
internal sealed record PlannedTime(TrainingTime Asked, TrainingPlan Plan, TrainingPlan Twice)
{
    // Less than half as much again in twice the time: the length of the text ends the training, not the time.
    private const double Worthwhile = 1.5;

    /// <summary>Twice the time makes a training that is worth it: by parameters times tokens read.</summary>
    public bool HelpsMore => Work(Twice) > Worthwhile * Work(Plan);

    private static double Work(TrainingPlan plan) => (double)plan.Network.ParameterCount
        * plan.Settings.Steps * plan.Settings.BatchSize * plan.Settings.WindowLength;
}
