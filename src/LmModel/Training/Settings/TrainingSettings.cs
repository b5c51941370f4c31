using LmModel.Corpora;

namespace LmModel.Training.Settings;

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
    public double LearningRate { get; init; } = 3e-3;

    /// <summary>Steps over which the learning rate rises from 0 to its peak.</summary>
    public int WarmupSteps { get; init; } = 100;

    /// <summary>Share of the peak that the schedule ends at.</summary>
    public double FinalLearningRateShare { get; init; } = 0.02;

    /// <summary>How the learning rate goes after its rise.</summary>
    public Schedule Schedule { get; init; } = Schedule.Cosine;

    /// <summary>How often the schedule is gone through: each further time begins at the peak again, from better weights.</summary>
    public int Cycles { get; init; } = 1;

    /// <summary>Decay of AdamW (Loshchilov and Hutter 2019), on matrices only.</summary>
    public double WeightDecay { get; init; } = 0.01;

    /// <summary>Norm that the gradient is scaled down to (Pascanu et al. 2013).</summary>
    public double GradientClip { get; init; } = 0.5;

    /// <summary>
    /// Probability that a column starts a window from the zero state instead of the carried one: a served model starts
    /// cold, so it must have practised that.
    /// </summary>
    public double StateResetProbability { get; init; } = 0.03;

    /// <summary>Draw the length of each window instead of cutting every <see cref="WindowLength"/> tokens.</summary>
    public bool JitterWindows { get; init; }

    /// <summary>Probability of dropping an element of the embedded tokens, the same ones at every step of a window.</summary>
    public double InputDropout { get; init; }

    /// <summary>Probability of dropping a token's whole embedding for a window.</summary>
    public double EmbeddingDropout { get; init; }

    /// <summary>Probability of dropping an element of the recurrent matrices for a window.</summary>
    public double WeightDrop { get; init; }

    /// <summary>Where the recurrent matrices begin.</summary>
    public RecurrentInitialization RecurrentInitialization { get; init; } = RecurrentInitialization.Orthogonal;

    /// <summary>
    /// β of the moving average of the weights, which is what is validated and saved: 0 keeps none, 0.999 averages over
    /// about the last 1,000 steps.
    /// </summary>
    public double AverageDecay { get; init; } = 0.999;

    /// <summary>Tokens that stand for the vocabulary in the training loss of a step; 0 for all of it.</summary>
    public int SampledTokens { get; init; }

    /// <summary>Validations without a new best after which the training ends; 0 never ends it early.</summary>
    public int Patience { get; init; }

    /// <summary>What the products of the training are computed in; null for the fastest that this processor computes itself.</summary>
    public TrainingArithmetic? Arithmetic { get; init; }

    /// <summary>Share of the text that is validated on and never trained on: its end, or whole documents of a folder.</summary>
    public double ValidationShare { get; init; } = Corpora.HoldOut.DefaultShare;

    /// <summary>Names of the documents that are validated on instead of a share; * and ? stand for any.</summary>
    public IReadOnlyList<string> HeldOutDocuments { get; init; } = [];

    /// <summary>A file or folder of its own that is validated on instead of a share.</summary>
    public string? ValidationText { get; init; }

    /// <summary>Steps between validations, each of which also saves the training.</summary>
    public int ValidateEvery { get; init; } = 200;

    /// <summary>Key of every random number of the training: weights, dropout, offsets, resets.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>What is validated on.</summary>
    internal HoldOut HoldOut
    {
        get => new() { Share = ValidationShare, Documents = HeldOutDocuments, ValidationText = ValidationText };
        init => (ValidationShare, HeldOutDocuments, ValidationText) = (value.Share, value.Documents, value.ValidationText);
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
            ("input dropout", InputDropout, 0, 0.95), ("embedding dropout", EmbeddingDropout, 0, 0.95),
            ("weight drop", WeightDrop, 0, 0.95), ("average decay", AverageDecay, 0, 0.999999),
            ("sampled tokens", SampledTokens, 0, 1 << 20), ("patience", Patience, 0, int.MaxValue), ("cycles", Cycles, 1, 1000),
        })
        {
            if (!(value >= least && value <= most))
            {
                yield return FormattableString.Invariant($"{name} must be from {least} to {most}, not {value}");
            }
        }
    }
}

/// <summary>How the learning rate goes between its peak and its end.</summary>
public enum Schedule
{
    /// <summary>Straight rise over the warm-up, then half a cosine down (Loshchilov and Hutter 2017).</summary>
    Cosine,

    /// <summary>Half a cosine up over 30 % of the steps, half a cosine down over the rest (Smith and Topin 2018).</summary>
    OneCycle,
}

/// <summary>How a recurrent matrix W_hh is drawn; each gate's H × H block by itself.</summary>
public enum RecurrentInitialization
{
    /// <summary>Uniform in ±1/√H, as PyTorch does.</summary>
    Uniform,

    /// <summary>A random rotation (Saxe et al. 2014): it neither shrinks nor stretches a state.</summary>
    Orthogonal,

    /// <summary>The identity (Le et al. 2015): a plain network begins by remembering.</summary>
    Identity,
}

/// <summary>The number format of the factors of a training's matrix products; weights, state and sums stay fp32.</summary>
public enum TrainingArithmetic
{
    Fp32,

    /// <summary>bfloat16: twice the speed where the processor multiplies it itself (AVX-512 BF16, AMX).</summary>
    Bf16,
}
