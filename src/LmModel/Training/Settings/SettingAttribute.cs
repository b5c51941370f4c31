namespace LmModel.Training.Settings;

/// <summary>
/// Declares a property of <see cref="TrainingSettings"/> or <see cref="TrainingChoices"/> as a setting of a training.
/// Everything else derives from it, as <see cref="TrainingSetting"/> explains.
/// </summary>
/// <param name="option">The command-line option, such as <c>--batch</c>; null for none.</param>
/// <param name="sentence">A description of the setting for the help and the documentation.</param>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class SettingAttribute(string? option, string sentence) : Attribute
{
    public string? Option => option;

    public string Sentence => sentence;

    /// <summary>Minimum value.</summary>
    public double Least { get; init; } = double.NegativeInfinity;

    /// <summary>Maximum value.</summary>
    public double Most { get; init; } = double.PositiveInfinity;

    /// <summary>Exclusive upper bound.</summary>
    public double Below { get; init; } = double.PositiveInfinity;

    /// <summary>The allowed values of a text setting.</summary>
    public string[] Names { get; init; } = [];

    /// <summary>The default in words, if it differs from the initial value of the property.</summary>
    public string? Default { get; init; }

    /// <summary>
    /// Whether the plan for a time decides it, so that a command that trains the same model elsewhere must include it.
    /// </summary>
    public bool InRecipe { get; init; }
}
