using System.ComponentModel.DataAnnotations;

namespace LmApi.Models;

/// <summary>Which model is served, section <c>Model</c> of the configuration.</summary>
internal sealed class ModelOptions
{
    public const string Section = "Model";

    /// <summary>
    /// The folder of the model. A relative one is looked for in the working directory, then in the content root, which
    /// is the program's folder, and in every folder above it. The same value therefore works in the repository and in a
    /// container.
    /// </summary>
    [Required]
    public string Path { get; set; } = "models/fairy-tales";
}
