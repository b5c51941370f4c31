namespace LmModel.Training.Settings;

/// <summary>
/// Declares a property of <see cref="TrainingSettings"/> or <see cref="TrainingChoices"/> as a setting of a training.
/// All else derives from it, as <see cref="TrainingSetting"/> says.
/// </summary>
/// <param name="option">The command-line option, such as <c>--batch</c>; null for none.</param>
/// <param name="sentence">What it is, as a sentence of the help and the documentation.</param>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class SettingAttribute(string? option, string sentence) : Attribute
{
    public string? Option => option;

    public string Sentence => sentence;

    /// <summary>Smallest value.</summary>
    public double Least { get; init; } = double.NegativeInfinity;

    /// <summary>Largest value.</summary>
    public double Most { get; init; } = double.PositiveInfinity;

    /// <summary>What every value is below.</summary>
    public double Below { get; init; } = double.PositiveInfinity;

    /// <summary>Values of a text.</summary>
    public string[] Names { get; init; } = [];

    /// <summary>The default in words, where it is not the property's initial value.</summary>
    public string? Default { get; init; }

    /// <summary>
    /// The plan for a time decides it, so a command that is to train the same model elsewhere states it.
    /// </summary>
    public bool InRecipe { get; init; }
}
