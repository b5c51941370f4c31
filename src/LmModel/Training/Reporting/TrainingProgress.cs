namespace LmModel.Training.Reporting;

/// <summary>Where a training stands after a step.</summary>
public sealed record TrainingProgress
{
    /// <summary>Updates done.</summary>
    public required int Step { get; init; }

    public required int TotalSteps { get; init; }

    /// <summary>Mean training loss since the last report, nats a token.</summary>
    public required double Loss { get; init; }

    public required double LearningRate { get; init; }

    /// <summary>Tokens trained on each second since the last report, validations not counted.</summary>
    public required double TokensPerSecond { get; init; }

    /// <summary>Estimate from the speed so far; validations counted.</summary>
    public required TimeSpan Remaining { get; init; }

    /// <summary>Time trained so far, over all interruptions.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>
    /// Loss on the validation text by cold windows, nats a token; null where this step did not validate.
    /// </summary>
    public double? ValidationLoss { get; init; }

    /// <summary>The validation loss is the best so far, and the model folder now holds these weights.</summary>
    public bool IsBest { get; init; }

    /// <summary>exp of <see cref="Loss"/>.</summary>
    public double Perplexity => Math.Exp(Loss);
}
