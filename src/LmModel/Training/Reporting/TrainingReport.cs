using System.Text.Json.Serialization;

namespace LmModel.Training.Reporting;

/// <summary>One line of the log of a training: its progress after a step.</summary>
internal sealed record TrainingReport
{
    /// <summary>Updates done.</summary>
    [JsonPropertyName("step")]
    public required int Step { get; init; }

    /// <summary>How often the training text has been read.</summary>
    [JsonPropertyName("epoch")]
    public required double Epoch { get; init; }

    /// <summary>Mean training loss since the previous line, nats per token, with dropout.</summary>
    [JsonPropertyName("loss")]
    public required double Loss { get; init; }

    /// <summary>
    /// Loss on the held-out text with cold windows, nats per token; null if there was no validation at this step.
    /// </summary>
    [JsonPropertyName("validation_loss")]
    public double? ValidationLoss { get; init; }

    [JsonPropertyName("learning_rate")]
    public required double LearningRate { get; init; }

    [JsonPropertyName("tokens_per_second")]
    public required double TokensPerSecond { get; init; }

    /// <summary>Seconds trained so far, over all interruptions.</summary>
    [JsonPropertyName("elapsed_seconds")]
    public required double ElapsedSeconds { get; init; }

    /// <param name="progress">The progress of the training.</param>
    /// <param name="stepsPerEpoch">Number of updates that read as many tokens as the text contains; above 0.</param>
    public static TrainingReport Of(TrainingProgress progress, double stepsPerEpoch) => new()
    {
        Step = progress.Step,
        Epoch = Math.Round(progress.Step / stepsPerEpoch, 4),
        Loss = Math.Round(progress.Loss, 6),
        ValidationLoss = progress.ValidationLoss is { } loss ? Math.Round(loss, 6) : null,
        LearningRate = progress.LearningRate,
        TokensPerSecond = Math.Round(progress.TokensPerSecond),
        ElapsedSeconds = Math.Round(progress.Elapsed.TotalSeconds, 1),
    };
}
