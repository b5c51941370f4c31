using System.Globalization;
using LmCli.Evaluate;
using LmModel.Evaluation;
using LmModel.Evaluation.Comparison;
using LmModel.Files;
using LmModel.Training.Reporting;
using LmModel.Training.Settings;

namespace LmCli.Train;

/// <summary>The end of a training, in words.</summary>
internal sealed record TrainSummary
{
    public required string Text { get; init; }

    public required string Folder { get; init; }

    public required TrainingSettings Settings { get; init; }

    /// <summary>Updates done.</summary>
    public required int Step { get; init; }

    /// <summary>
    /// Times that the training text was read: the tokens of all updates, divided by those of the text.
    /// </summary>
    public required double Epochs { get; init; }

    public required TimeSpan Elapsed { get; init; }

    /// <summary>By each protocol.</summary>
    public required IReadOnlyList<EvaluationResult> Figures { get; init; }

    /// <summary>Updates done when the saved weights were reached.</summary>
    public required int BestStep { get; init; }

    /// <summary>Null if the log has no validation, as with a training begun before there was one.</summary>
    public required TrainingTrend? Trend { get; init; }

    public required TrainAdvice Advice { get; init; }

    public IReadOnlyList<Baseline> Baselines { get; init; } = [];

    public IEnumerable<string> Lines() =>
    [
        "",
        Ending(),
        $"The model has the weights of step {BestStep:N0}, whose loss on the held-out text was the lowest:",
        "",
        .. Figures.Select(ScoreLines.Figure),
        "",
        .. Comparison(),
        .. Trend is null ? (string[])[] : [Learning(Trend), $"Next: {Advice.Next(Trend)}", ""],
            $"The model is in {Folder}: its card is README.md, its curves are {LossCurves.SvgName}, its "
                + "numbers training.csv.",
        "Generate text with it, and serve it:",
        $"  lm generate {ShellWord.Path(Folder)}",
        $"  Model__Path={ShellWord.Quote(Folder)} dotnet run --project src/LmApi",
    ];

    private string Ending() =>
        Step < Settings.Steps
            ? $"Ended early after {Step:N0} of {Settings.Steps:N0} steps and {Time(Elapsed)}, because "
                    + $"{Settings.Patience} validations in a row did not improve the loss. {Read()}"
        : $"Done after {Step:N0} steps and {Time(Elapsed)}. {Read()}";

    private string Read() => $"The training part of {Text} was read {Epochs:0.0} times.";

    /// <summary>
    /// Beside the baselines by the contiguous figure: they too read the text once, from its beginning.
    /// </summary>
    private IEnumerable<string> Comparison()
    {
        if (Baselines.Count == 0)
        {
            yield break;
        }

        var own = Figures.Single(f => f.Protocol is Protocol.Contiguous).BitsPerByte;
        yield return "The held-out text, read once from its beginning, takes";
        foreach (
            var (name, bits) in Baselines
                .Append(new Baseline("this model", own))
                .OrderBy(b => b.BitsPerByte)
                .Select(b => (b.Name, b.BitsPerByte)))
        {
            yield return $"  {bits:F3} bits/byte  {name}";
        }

        var best = Baselines.MinBy(b => b.BitsPerByte)!;
        var share = Math.Abs(1 - own / best.BitsPerByte);
        yield return own < best.BitsPerByte
            ? $"The model is {share:P1} better than {best.Name}, the best of the others."
            : $"The model is {share:P1} worse than {best.Name}.{(best.LearnsWhileReading ? KeepsLearning : "")}";
        yield return "";
    }

    private static string Learning(TrainingTrend trend) => trend switch
    {
        { Overfits: true } =>
            $"The model overfits: after step {trend.BestStep:N0} the loss on held-out text rose by "
                + $"{trend.Rise:P1}, while "
                + $"that on the training text ({trend.TrainingLoss:F3} nats/token) continued to fall.",
        { Gap: > TrainAdvice.WideGap } =>
            $"The model predicts held-out text {trend.Gap:P0} worse than text it has seen ({trend.LastLoss:F3} and "
                + $"{trend.TrainingLoss:F3} nats/token): it has memorized part of it.",
        { StillFalls: true } =>
            $"The model does not overfit ({trend.LastLoss:F3} nats/token on held-out text, {trend.TrainingLoss:F3} in "
                + "training), and the loss was still falling at the end.",
        _ => $"The model does not overfit ({trend.LastLoss:F3} nats/token on held-out text, {trend.TrainingLoss:F3} in "
                + "training), and the loss had converged.",
    };

    private static string Time(TimeSpan time) =>
        time.ToString(time.TotalHours >= 1 ? @"h\:mm\:ss" : @"m\:ss", CultureInfo.InvariantCulture);

    private const string KeepsLearning =
        " A compressor continues to learn while it reads, which a model does only with a neural cache.";
}
