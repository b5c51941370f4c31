using LmModel.Networks;

namespace LmModel.Training.Settings;

/// <summary>
/// What is decided about a training; what is null, <c>TrainingPlan</c> decides. The choices of tokenizer and network
/// are declared here. Those of the training are declared in <see cref="TrainingSettings"/>, and the other part of this
/// record follows from them.
/// </summary>
public sealed partial record TrainingChoices
{
    /// <summary>The tokenizer's <see cref="Tokenization.Tokenizer.Kind"/>.</summary>
    [Setting("--tokenizer", "What the model reads and writes at a time.",
        Names = ["characters", "bytes", "bpe", "words"], InRecipe = true)]
    public string? Tokenizer { get; init; }

    /// <summary>Tokens of a trained vocabulary.</summary>
    [Setting("--vocabulary", "Tokens of a bpe vocabulary, at least 256; most tokens of a words vocabulary, at least 3.",
        Least = 1, Most = 1 << 20, Default = "planned; 50000 for words", InRecipe = true)]
    public int? Vocabulary { get; init; }

    /// <summary>The recurrent cell.</summary>
    [Setting("--cell", "Recurrent cell.", Default = "lstm", InRecipe = true)]
    public Cell? Cell { get; init; }

    /// <summary>L.</summary>
    [Setting("--layers", "Recurrent layers.", Least = 1, Most = 64,
        Default = "1 for characters and bytes, 2 for longer tokens", InRecipe = true)]
    public int? Layers { get; init; }

    /// <summary>H.</summary>
    [Setting("--hidden", "Units of a layer.", Least = 1, Most = 1 << 16, InRecipe = true)]
    public int? HiddenSize { get; init; }

    /// <summary>E.</summary>
    [Setting("--embedding", "Size of the embedding.", Least = 1, Most = 1 << 16,
        Default = "a quarter of the units, at most the vocabulary; as many as units where weights are tied",
        InRecipe = true)]
    public int? EmbeddingSize { get; init; }

    /// <summary>Whether the embedding is the output matrix too.</summary>
    [Setting("--tie-weights", "Use the embedding as the output matrix too; needs as many units as embedding. "
        + "--tie-weights false turns it off.", InRecipe = true)]
    public bool? TieWeights { get; init; }

    /// <summary>Probability of dropping an activation between layers and before the output.</summary>
    [Setting("--dropout", "Dropout between layers and before the output.", Least = 0, Below = 1, InRecipe = true)]
    public double? Dropout { get; init; }

    /// <summary>These choices, and where they leave something open, those of <paramref name="others"/>.</summary>
    public TrainingChoices Or(TrainingChoices others) => others.With(
        TrainingSetting.All.Select(setting => (setting, setting.Of(this))));

    /// <summary>These choices and others; a null changes nothing.</summary>
    internal TrainingChoices With(IEnumerable<(TrainingSetting Setting, object? Value)> others)
    {
        var result = this with { };
        foreach (var (setting, value) in others.Where(o => o.Value is not null))
        {
            setting.Set(result, value);
        }

        return result;
    }

    /// <summary>Every choice that is out of its range, one sentence each; empty where all are valid.</summary>
    public IEnumerable<string> Problems() =>
        from setting in TrainingSetting.All
        let value = setting.Of(this)
        where value is not null
        let problem = setting.Problem(value)
        where problem is not null
        select $"{setting.Words} {problem}";

    /// <summary>The settings with what is chosen of them.</summary>
    internal TrainingSettings Over(TrainingSettings settings)
    {
        var result = settings with { };
        foreach (var setting in TrainingSetting.All)
        {
            if (setting.Of(this) is { } value)
            {
                setting.Set(result, value);
            }
        }

        return result;
    }
}
