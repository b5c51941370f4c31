using System.ComponentModel.DataAnnotations;

namespace LmApi.Units;

/// <summary>Bounds of <c>POST /states</c>; section <c>Units</c> of the configuration.</summary>
internal sealed class UnitsOptions
{
    public const string Section = "Units";

    /// <summary>
    /// Maximum number of tokens in a text; the values of all its units are in memory at once, 4 bytes each.
    /// </summary>
    [Range(1, 16384)]
    public int MaxTextTokens { get; set; } = 2048;
}
