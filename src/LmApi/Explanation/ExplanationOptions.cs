using System.ComponentModel.DataAnnotations;

namespace LmApi.Explanation;

/// <summary>Bounds of <c>POST /explain</c>; section <c>Explanation</c> of the configuration.</summary>
internal sealed class ExplanationOptions
{
    public const string Section = "Explanation";

    /// <summary>
    /// Maximum number of tokens in an explained prompt; each method reads about the square of it.
    /// </summary>
    [Range(1, 16384)]
    public int MaxPromptTokens { get; set; } = 512;
}
