namespace LmModel.Training.Reporting;

/// <summary>The progress of a training after a step.</summary>
public sealed record TrainingProgress
{
    /// <summary>Updates done.</summary>
    public required int Step { get; init; }

    public required int TotalSteps { get; init; }

    /// <summary>Mean training loss since the last report, nats per token.</summary>
    public required double Loss { get; init; }

    public required double LearningRate { get; init; }

    /// <summary>Tokens trained on per second since the last report, not counting validations.</summary>
    public required double TokensPerSecond { get; init; }

    /// <summary>Estimated remaining time at the speed so far, including validations.</summary>
    public required TimeSpan Remaining { get; init; }

    /// <summary>Time trained so far, over all interruptions.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>
    /// Loss on the validation text with cold windows, nats per token; null if there was no validation at this step.
    /// </summary>
    public double? ValidationLoss { get; init; }

    /// <summary>Whether the validation loss is the best so far; the model folder then has these weights.</summary>
    public bool IsBest { get; init; }

    /// <summary>exp of <see cref="Loss"/>.</summary>
    public double Perplexity => Math.Exp(Loss);
}
