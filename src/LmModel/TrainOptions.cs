using LmModel.Corpora;
using LmModel.Training;
using LmModel.Training.Settings;

namespace LmModel;

/// <summary>What <see cref="TextModel.Train"/> is told. The plan decides all that is left open.</summary>
public sealed record TrainOptions
{
    /// <summary>Tokenizer, network and settings that are decided; the plan chooses the others.</summary>
    public TrainingChoices Choices { get; init; } = new();

    /// <summary>How the tokenizer treats a text; null for the defaults.</summary>
    public TokenizerRules? Rules { get; init; }

    /// <summary>
    /// Minutes on this machine that the training is planned for, above 0; unused where
    /// <see cref="TrainingChoices.Steps"/> is set.
    /// </summary>
    public double Minutes { get; init; } = TrainingSetup.DefaultMinutes;

    /// <summary>What is validated on and never trained on.</summary>
    public HoldOut HoldOut { get; init; } = new();

    /// <summary>Threads, at least 1; null for one a core.</summary>
    public int? Threads { get; init; }

    /// <summary>A sentence for the model card about the text: what it is, from where, under which licence.</summary>
    public string About { get; init; } = "";

    /// <summary>
    /// Continues the training that was cancelled in the same folder, with the settings that it began with. The other
    /// options but <see cref="Threads"/> are not used then.
    /// </summary>
    public bool Resume { get; init; }
}
