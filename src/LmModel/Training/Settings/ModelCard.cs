namespace LmModel.Training.Settings;

/// <summary>The contents of a model card (Mitchell et al. 2019) that do not come from the training itself.</summary>
internal sealed record ModelCard
{
    /// <summary>The name of the model, which is the name of its folder.</summary>
    public required string Name { get; init; }

    /// <summary>The command that trains this model, as a reader would type it.</summary>
    public required string Command { get; init; }

    /// <summary>The command that reproduces the figures; empty if there is none.</summary>
    public string Evaluation { get; init; } = "";

    /// <summary>
    /// A sentence about the text: what it is, its source and its licence. Empty if none was given.
    /// </summary>
    public string About { get; init; } = "";

    /// <summary>File name of the plot of the loss curves in the model folder; empty if there is none.</summary>
    public string Curves { get; init; } = "";
}
