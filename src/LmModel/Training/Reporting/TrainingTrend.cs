namespace LmModel.Training.Reporting;

/// <summary>What the log of a training shows: whether the model is learning, is memorizing, or needs more
/// time.</summary>
internal sealed record TrainingTrend
{
    // The validation loss of a training fluctuates by about this share from one validation to the next.
    private const double Noise = 0.005;

    /// <summary>Number of validations without improvement after which a rise is not considered chance.</summary>
    private const int Several = 3;

    /// <summary>Step of the lowest validation loss.</summary>
    public required int BestStep { get; init; }

    /// <summary>The lowest validation loss, nats per token.</summary>
    public required double BestLoss { get; init; }

    /// <summary>The latest validation loss, nats per token.</summary>
    public required double LastLoss { get; init; }

    /// <summary>Mean training loss, nats per token with dropout, between the last two validations.</summary>
    public required double TrainingLoss { get; init; }

    /// <summary>Whether the validation loss rises while the training loss falls, so that the text is being
    /// memorized.</summary>
    public required bool Overfits { get; init; }

    /// <summary>Whether the validation loss was still falling over the last fifth of the steps, so that more steps
    /// would help.</summary>
    public required bool StillFalls { get; init; }

    /// <summary>
    /// How much worse held-out text is predicted than training text, as a share; can be negative with much dropout.
    /// </summary>
    public double Gap => LastLoss / TrainingLoss - 1;

    /// <summary>How far the validation loss has risen above its lowest value, as a share.</summary>
    public double Rise => LastLoss / BestLoss - 1;

    /// <returns>The trend; null before the first validation.</returns>
    public static TrainingTrend? Of(IReadOnlyList<TrainingReport> reports)
    {
        var validations = reports.Where(r => r.ValidationLoss is not null).ToList();
        if (validations.Count == 0)
        {
            return null;
        }

        var best = validations.MinBy(r => r.ValidationLoss)!;
        var last = validations[^1];
        var training = TrainingLossAt(reports, validations, validations.Count - 1);
        var since = validations.Count - 1 - validations.IndexOf(best);
        var earlier = validations.LastOrDefault(r => r.Step <= 0.8 * last.Step);
        return new TrainingTrend
        {
            BestStep = best.Step,
            BestLoss = best.ValidationLoss!.Value,
            LastLoss = last.ValidationLoss!.Value,
            TrainingLoss = training,
            Overfits = since >= Several && last.ValidationLoss > best.ValidationLoss * (1 + Noise)
                       && training < TrainingLossAt(reports, validations, validations.IndexOf(best)),
            StillFalls =
                since == 0 && earlier is not null && earlier.ValidationLoss > last.ValidationLoss * (1 + Noise),
        };
    }

    private static double TrainingLossAt(
        IReadOnlyList<TrainingReport> reports, List<TrainingReport> validations, int index)
    {
        var from = index == 0 ? 0 : validations[index - 1].Step;
        return reports.Where(r => r.Step > from && r.Step <= validations[index].Step).Average(r => r.Loss);
    }
}
