using System.ComponentModel.DataAnnotations;

namespace LmApi.Models;

/// <summary>Which model is served, section <c>Model</c> of the configuration.</summary>
internal sealed class ModelOptions
{
    public const string Section = "Model";

    /// <summary>
    /// The folder of the model. A relative one is looked for in the content root and then in every folder above it, so
    /// that the same value works from the repository, from a build folder and in a container.
    /// </summary>
    [Required]
    public string Path { get; set; } = "models/fairy-tales";
}
