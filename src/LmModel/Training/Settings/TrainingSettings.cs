using LmModel.Corpora;

namespace LmModel.Training.Settings;

/// <summary>
/// How a network is trained. The defaults suit a character model for a text of about a megabyte.
/// </summary>
/// <remarks>A property with its attribute is all that is needed to declare a <see cref="TrainingSetting"/>.</remarks>
internal sealed record TrainingSettings
{
    /// <summary>
    /// Probability of dropping an element of the embedded tokens; the same elements are dropped at every step of a
    /// window.
    /// </summary>
    [Setting("--input-dropout", "Dropout of the embedded tokens, with the same elements at every step of a window.",
        Least = 0, Most = 0.95, Default = "planned", InRecipe = true)]
    public double InputDropout { get; init; }

    /// <summary>Probability of dropping a token's whole embedding for a window.</summary>
    [Setting("--embedding-dropout", "Dropout of whole tokens of the embedding, for a window.",
        Least = 0, Most = 0.95, InRecipe = true)]
    public double EmbeddingDropout { get; init; }

    /// <summary>Probability of dropping an element of the recurrent matrices for a window.</summary>
    [Setting("--weight-drop", "Dropout of elements of the recurrent matrices, for a window.",
        Least = 0, Most = 0.95, Default = "planned", InRecipe = true)]
    public double WeightDrop { get; init; }

    /// <summary>How the recurrent matrices are initialized.</summary>
    [Setting("--initialization", "Initial values of the recurrent matrices.")]
    public RecurrentInitialization RecurrentInitialization { get; init; } = RecurrentInitialization.Orthogonal;

    /// <summary>B, the number of columns of text that are read side by side.</summary>
    [Setting("--batch", "Columns of text read side by side.", Least = 1, Most = 4096,
        Default = "planned, 64 for a megabyte", InRecipe = true)]
    public int BatchSize { get; init; } = 64;

    /// <summary>T, the number of steps that gradients flow back through.</summary>
    [Setting("--window", "Steps that gradients flow back through.", Least = 1, Most = 8192,
        Default = "planned, 128 for 100 KB or more, 64 with longer tokens", InRecipe = true)]
    public int WindowLength { get; init; } = 128;

    /// <summary>Whether to draw the length of each window instead of always using <see cref="WindowLength"/>.</summary>
    [Setting("--jitter", "Draw the length of each window at random, so that the text is cut at different "
        + "places every time.")]
    public bool JitterWindows { get; init; }

    /// <summary>
    /// Probability that a column starts a window from the zero state instead of the carried state. A served model
    /// starts cold, so the training must include cold starts.
    /// </summary>
    [Setting("--reset", "Probability that a column starts a window from the zero state, as a "
        + "served model does.", Least = 0, Most = 1)]
    public double StateResetProbability { get; init; } = 0.03;

    /// <summary>Number of updates of the weights.</summary>
    [Setting("--steps", "Updates of the weights, instead of --minutes.",
        Least = 1, Default = "planned", InRecipe = true)]
    public int Steps { get; init; } = 2000;

    /// <summary>Peak of the learning rate.</summary>
    [Setting("--learning-rate", "Peak of the learning rate.", Least = 1e-9, Most = 10,
        Default = "0.003; 0.002 for plain cells", InRecipe = true)]
    public double LearningRate { get; init; } = 3e-3;

    /// <summary>The learning rate at the end of the schedule, as a share of the peak.</summary>
    [Setting(null, "Share of the peak that the schedule ends at.", Least = 0, Most = 1)]
    public double FinalLearningRateShare { get; init; } = 0.02;

    /// <summary>The course of the learning rate.</summary>
    [Setting("--schedule", "Course of the learning rate: a linear rise and half a cosine down, "
        + "or half a cosine up and half a cosine down.")]
    public Schedule Schedule { get; init; } = Schedule.Cosine;

    /// <summary>
    /// Number of times that the schedule runs; each starts at the peak again, from better weights.
    /// </summary>
    [Setting("--cycles", "Number of times that the schedule runs; each starts at the peak again, from better weights.",
        Least = 1, Most = 1000)]
    public int Cycles { get; init; } = 1;

    /// <summary>Steps over which the learning rate rises from 0 to its peak.</summary>
    [Setting("--warmup", "Steps of the rise to the peak, with the cosine.", Least = 0,
        Default = "100, at most a tenth of the steps", InRecipe = true)]
    public int WarmupSteps { get; init; } = 100;

    /// <summary>Weight decay of AdamW (Loshchilov and Hutter 2019), on matrices only.</summary>
    [Setting("--weight-decay", "AdamW's decay of matrices.", Least = 0, Most = 1,
        Default = "0.1 with dropout, 0.01 without", InRecipe = true)]
    public double WeightDecay { get; init; } = 0.01;

    /// <summary>Maximum norm of the gradient; larger gradients are scaled down to it (Pascanu et al. 2013).</summary>
    [Setting("--clip", "Maximum norm of the gradient, to which it is scaled down.", Least = 1e-6, Most = 1e6)]
    public double GradientClip { get; init; } = 0.5;

    /// <summary>
    /// β of the moving average of the weights, which is validated and saved. 0 disables averaging; 0.999 averages over
    /// about the last 1,000 steps.
    /// </summary>
    [Setting("--average", "Decay of the moving average of the weights, which is validated and saved; 0 is off.",
        Least = 0, Most = 0.999999, Default = "planned, about the last 5 % of the steps", InRecipe = true)]
    public double AverageDecay { get; init; } = 0.999;

    /// <summary>Number of sampled tokens that represent the vocabulary in the training loss of a step; 0 uses the whole
    /// vocabulary.</summary>
    [Setting("--sampled-tokens", "Sampled tokens that represent a large vocabulary in the training loss of a "
        + "step; 0 for all.",
        Least = 0, Most = 1 << 20, Default = "0; 4096 for more than 16,384 tokens")]
    public int SampledTokens { get; init; }

    /// <summary>
    /// Number format of the matrix products; null for the fastest format that this processor supports.
    /// </summary>
    [Setting("--arithmetic", "Number format of the products.", Default = "the fastest that the processor has")]
    public TrainingArithmetic? Arithmetic { get; init; }

    /// <summary>
    /// Share of the text that is used for validation and never trained on: its end, or whole documents of a folder.
    /// </summary>
    [Setting("--validation", "Share of the text that is held out: its end, or whole documents of a folder.",
        Least = 0.001, Most = 0.5, Default = "0.1, less of a large text", InRecipe = true)]
    public double ValidationShare { get; init; } = Corpora.HoldOut.DefaultShare;

    /// <summary>Names of the documents to validate on instead of a share; * and ? are wildcards.</summary>
    public IReadOnlyList<string> HeldOutDocuments { get; init; } = [];

    /// <summary>A separate file or folder to validate on instead of a share.</summary>
    public string? ValidationText { get; init; }

    /// <summary>Number of steps between validations; each validation also saves the training.</summary>
    [Setting("--validate-every", "Steps between validations; each saves.",
        Least = 1, Default = "planned", InRecipe = true)]
    public int ValidateEvery { get; init; } = 200;

    /// <summary>Number of validations without improvement after which the training ends; 0 never ends it
    /// early.</summary>
    [Setting("--patience", "Validations without improvement after which the training ends; 0 never ends it early.",
        Least = 0, Default = "a fifth of them; 0 with --steps", InRecipe = true)]
    public int Patience { get; init; }

    /// <summary>Seed of every random number of the training: weights, dropout, offsets, resets.</summary>
    [Setting("--seed", "Key of every random number.", Least = 0)]
    public long Seed { get; init; } = 1;

    /// <summary>The text that is held out for validation.</summary>
    internal HoldOut HoldOut
    {
        get => new() { Share = ValidationShare, Documents = HeldOutDocuments, ValidationText = ValidationText };
        init => (ValidationShare, HeldOutDocuments, ValidationText) =
            (value.Share, value.Documents, value.ValidationText);
    }

    /// <summary>One sentence for each problem with these settings; empty if they are valid.</summary>
    public IEnumerable<string> Problems() =>
        from setting in TrainingSetting.All
        let value = setting.Of(this)
        where value is not null
        let problem = setting.Problem(value)
        where problem is not null
        select $"{setting.Words} {problem}";
}

/// <summary>The course of the learning rate.</summary>
public enum Schedule
{
    /// <summary>Linear rise over the warm-up, then half a cosine down (Loshchilov and Hutter 2017).</summary>
    Cosine,

    /// <summary>
    /// Half a cosine up over 30 % of the steps, half a cosine down over the rest (Smith and Topin 2018).
    /// </summary>
    OneCycle,
}

/// <summary>How a recurrent matrix W_hh is initialized; each gate's H × H block is drawn separately.</summary>
public enum RecurrentInitialization
{
    /// <summary>Uniform in ±1/√H, as in PyTorch.</summary>
    Uniform,

    /// <summary>A random rotation (Saxe et al. 2014), which neither shrinks nor stretches a state.</summary>
    Orthogonal,

    /// <summary>The identity (Le et al. 2015), so that a plain network initially preserves its state.</summary>
    Identity,
}

/// <summary>
/// The number format of the factors of a training's matrix products; weights, state and sums stay in fp32.
/// </summary>
public enum TrainingArithmetic
{
    Fp32,

    /// <summary>bfloat16: twice the speed on processors that support it (AVX-512 BF16, AMX).</summary>
    Bf16,
}
