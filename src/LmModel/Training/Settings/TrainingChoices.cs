using LmModel.Networks;

namespace LmModel.Training.Settings;

/// <summary>What somebody has decided about a training; what is null, <c>TrainingPlan</c> decides.</summary>
public sealed record TrainingChoices
{
    /// <summary>The tokenizer's <see cref="Tokenization.Tokenizer.Kind"/>.</summary>
    public string? Tokenizer { get; init; }

    /// <summary>Tokens of a trained vocabulary.</summary>
    public int? Vocabulary { get; init; }

    public Cell? Cell { get; init; }

    public int? Layers { get; init; }

    public int? HiddenSize { get; init; }

    public int? EmbeddingSize { get; init; }

    public double? Dropout { get; init; }

    public bool? TieWeights { get; init; }

    public int? BatchSize { get; init; }

    public int? WindowLength { get; init; }

    public int? Steps { get; init; }

    public double? LearningRate { get; init; }

    public int? WarmupSteps { get; init; }

    public Schedule? Schedule { get; init; }

    public double? WeightDecay { get; init; }

    public double? GradientClip { get; init; }

    public double? StateResetProbability { get; init; }

    public bool? JitterWindows { get; init; }

    public double? InputDropout { get; init; }

    public double? EmbeddingDropout { get; init; }

    public double? WeightDrop { get; init; }

    public RecurrentInitialization? RecurrentInitialization { get; init; }

    public double? AverageDecay { get; init; }

    public int? SampledTokens { get; init; }

    public int? Patience { get; init; }

    public int? Cycles { get; init; }

    public TrainingArithmetic? Arithmetic { get; init; }

    public double? ValidationShare { get; init; }

    public int? ValidateEvery { get; init; }

    public long? Seed { get; init; }

    /// <summary>These choices, and where they leave something open, those of <paramref name="others"/>.</summary>
    public TrainingChoices Or(TrainingChoices others) => new()
    {
        Tokenizer = Tokenizer ?? others.Tokenizer,
        Vocabulary = Vocabulary ?? others.Vocabulary,
        Cell = Cell ?? others.Cell,
        Layers = Layers ?? others.Layers,
        HiddenSize = HiddenSize ?? others.HiddenSize,
        EmbeddingSize = EmbeddingSize ?? others.EmbeddingSize,
        Dropout = Dropout ?? others.Dropout,
        TieWeights = TieWeights ?? others.TieWeights,
        BatchSize = BatchSize ?? others.BatchSize,
        WindowLength = WindowLength ?? others.WindowLength,
        Steps = Steps ?? others.Steps,
        LearningRate = LearningRate ?? others.LearningRate,
        WarmupSteps = WarmupSteps ?? others.WarmupSteps,
        Schedule = Schedule ?? others.Schedule,
        WeightDecay = WeightDecay ?? others.WeightDecay,
        GradientClip = GradientClip ?? others.GradientClip,
        StateResetProbability = StateResetProbability ?? others.StateResetProbability,
        JitterWindows = JitterWindows ?? others.JitterWindows,
        InputDropout = InputDropout ?? others.InputDropout,
        EmbeddingDropout = EmbeddingDropout ?? others.EmbeddingDropout,
        WeightDrop = WeightDrop ?? others.WeightDrop,
        RecurrentInitialization = RecurrentInitialization ?? others.RecurrentInitialization,
        AverageDecay = AverageDecay ?? others.AverageDecay,
        SampledTokens = SampledTokens ?? others.SampledTokens,
        Patience = Patience ?? others.Patience,
        Cycles = Cycles ?? others.Cycles,
        Arithmetic = Arithmetic ?? others.Arithmetic,
        ValidationShare = ValidationShare ?? others.ValidationShare,
        ValidateEvery = ValidateEvery ?? others.ValidateEvery,
        Seed = Seed ?? others.Seed,
    };
}
