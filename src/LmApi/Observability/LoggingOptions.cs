using System.ComponentModel.DataAnnotations;

namespace LmApi.Observability;

/// <summary>
/// How the console log looks, section <c>Logging</c> of the configuration; levels are in <c>Serilog</c>.
/// </summary>
internal sealed class LoggingOptions
{
    public const string Section = "Logging";

    /// <summary><c>text</c> for people, <c>json</c> for machines: one compact JSON object a line.</summary>
    [RegularExpression("text|json", ErrorMessage = "Logging:Format must be text or json.")]
    public string Format { get; set; } = "text";
}
