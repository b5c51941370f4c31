namespace LmModel.Training.Settings;

/// <summary>What a model card (Mitchell et al. 2019) says beside what the training itself knows.</summary>
internal sealed record ModelCard
{
    /// <summary>The model's name: that of its folder.</summary>
    public required string Name { get; init; }

    /// <summary>The command that trains this model, as a reader would type it.</summary>
    public required string Command { get; init; }

    /// <summary>The command that gives the figures again; empty where there is none.</summary>
    public string Evaluation { get; init; } = "";

    /// <summary>
    /// A sentence about the text: what it is, from where, under which licence. Empty where none was given.
    /// </summary>
    public string About { get; init; } = "";

    /// <summary>File name of the picture of the loss curves in the model folder; empty where there is none.</summary>
    public string Curves { get; init; } = "";
}
