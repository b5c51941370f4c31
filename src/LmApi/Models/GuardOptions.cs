using System.ComponentModel.DataAnnotations;
using LmModel.Guard;

namespace LmApi.Models;

/// <summary>Which copies of the training text no text may contain, section <c>Guard</c> of the configuration.</summary>
internal sealed class GuardOptions
{
    public const string Section = "Guard";

    /// <summary>
    /// No generated text has a run of this many tokens of the training text; a request may ask for shorter runs to be
    /// refused, not for longer ones. Needs the <c>verbatim.filter</c> that <c>lm guard</c> writes. Nothing is refused
    /// where it is absent.
    /// </summary>
    [Range(VerbatimFilter.MinLeast, VerbatimFilter.MaxRun)]
    public int? Verbatim { get; set; }
}
