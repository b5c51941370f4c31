using LmModel.Networks;

namespace LmModel.Training.Settings;

/// <summary>
/// Choices about a training; <c>TrainingPlan</c> decides everything that is null. The choices of tokenizer and network
/// are declared here. Those of the training are declared in <see cref="TrainingSettings"/>, from which the other part
/// of this record is generated.
/// </summary>
public sealed partial record TrainingChoices
{
    /// <summary>The tokenizer's <see cref="Tokenization.Tokenizer.Kind"/>.</summary>
    [Setting("--tokenizer", "What the model reads and writes at a time.",
        Names = ["characters", "bytes", "bpe", "words"], InRecipe = true)]
    public string? Tokenizer { get; init; }

    /// <summary>Size of a trained vocabulary.</summary>
    [Setting("--vocabulary", "Size of a bpe vocabulary, at least 256; maximum size of a words vocabulary, at least 3.",
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
        Default = "a quarter of the units, at most the vocabulary; the number of units if weights are tied",
        InRecipe = true)]
    public int? EmbeddingSize { get; init; }

    /// <summary>Whether the embedding is also the output matrix.</summary>
    [Setting("--tie-weights", "Use the embedding as the output matrix too; units and embedding must have "
        + "the same size. "
        + "--tie-weights false turns it off.", InRecipe = true)]
    public bool? TieWeights { get; init; }

    /// <summary>Probability of dropping an activation between layers and before the output.</summary>
    [Setting("--dropout", "Dropout between layers and before the output.", Least = 0, Below = 1, InRecipe = true)]
    public double? Dropout { get; init; }

    /// <summary>These choices; those that are null are taken from <paramref name="others"/>.</summary>
    public TrainingChoices Or(TrainingChoices others) => others.With(
        TrainingSetting.All.Select(setting => (setting, setting.Of(this))));

    /// <summary>These choices with others applied; null values change nothing.</summary>
    internal TrainingChoices With(IEnumerable<(TrainingSetting Setting, object? Value)> others)
    {
        var result = this with { };
        foreach (var (setting, value) in others.Where(o => o.Value is not null))
        {
            setting.Set(result, value);
        }

        return result;
    }

    /// <summary>One sentence for each choice that is out of range; empty if all are valid.</summary>
    public IEnumerable<string> Problems() =>
        from setting in TrainingSetting.All
        let value = setting.Of(this)
        where value is not null
        let problem = setting.Problem(value)
        where problem is not null
        select $"{setting.Words} {problem}";

    /// <summary>The settings with these choices applied.</summary>
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
