namespace LmModel.Training;

/// <summary>How a network is trained. The defaults give a sensible character model of a text of about a megabyte.</summary>
public sealed record TrainingSettings
{
    /// <summary>B, columns of text read side by side.</summary>
    public int BatchSize { get; init; } = 64;

    /// <summary>T, steps that gradients flow back through.</summary>
    public int WindowLength { get; init; } = 128;

    /// <summary>Updates of the weights.</summary>
    public int Steps { get; init; } = 2000;

    /// <summary>Peak of the learning rate.</summary>
    public double LearningRate { get; init; } = 2e-3;

    /// <summary>Steps over which the learning rate rises from 0 to its peak.</summary>
    public int WarmupSteps { get; init; } = 100;

    /// <summary>Share of the peak that the cosine ends at.</summary>
    public double FinalLearningRateShare { get; init; } = 0.02;

    /// <summary>Decay of AdamW (Loshchilov and Hutter 2019), on matrices only.</summary>
    public double WeightDecay { get; init; } = 0.01;

    /// <summary>Norm that the gradient is scaled down to (Pascanu et al. 2013).</summary>
    public double GradientClip { get; init; } = 1;

    /// <summary>
    /// Probability that a column starts a window from the zero state instead of the carried one: a served model starts
    /// cold, so it must have practised that.
    /// </summary>
    public double StateResetProbability { get; init; } = 0.02;

    /// <summary>Share of the text, at its end, that is validated on and never trained on.</summary>
    public double ValidationShare { get; init; } = 0.1;

    /// <summary>Steps between validations, each of which also saves the training.</summary>
    public int ValidateEvery { get; init; } = 200;

    /// <summary>Key of every random number of the training: weights, dropout, offsets, resets.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>
    /// The same with fewer columns, then shorter windows, where a text of <paramref name="tokens"/> tokens to train on
    /// is too short for them.
    /// </summary>
    public TrainingSettings FitTo(int tokens)
    {
        var (batch, window) = (BatchSize, WindowLength);
        while (batch > 1 && ContiguousBatches.LeastTokens(batch, window) > tokens)
        {
            batch /= 2;
        }

        while (window > 1 && ContiguousBatches.LeastTokens(batch, window) > tokens)
        {
            window /= 2;
        }

        return this with { BatchSize = batch, WindowLength = window };
    }

    /// <summary>Everything wrong with these settings, one sentence each; empty where they are valid.</summary>
    public IEnumerable<string> Problems()
    {
        foreach (var (name, value, least, most) in new (string, double, double, double)[]
        {
            ("batch size", BatchSize, 1, 4096), ("window length", WindowLength, 1, 8192),
            ("steps", Steps, 1, int.MaxValue), ("learning rate", LearningRate, 1e-9, 10),
            ("warm-up steps", WarmupSteps, 0, int.MaxValue), ("final learning rate share", FinalLearningRateShare, 0, 1),
            ("weight decay", WeightDecay, 0, 1), ("gradient clip", GradientClip, 1e-6, 1e6),
            ("state reset probability", StateResetProbability, 0, 1), ("validation share", ValidationShare, 0.001, 0.5),
            ("steps between validations", ValidateEvery, 1, int.MaxValue), ("seed", Seed, 0, long.MaxValue),
        })
        {
            if (!(value >= least && value <= most))
            {
                yield return FormattableString.Invariant($"{name} must be from {least} to {most}, not {value}");
            }
        }
    }
}
