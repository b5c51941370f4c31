namespace LmApi.Models;

/// <summary>What clients of other services may expect; section <c>Clients</c> of the configuration.</summary>
internal sealed class ClientsOptions
{
    public const string Section = "Clients";

    /// <summary>
    /// Whether requests may name any model, for clients whose model cannot be changed. The one that is served answers.
    /// </summary>
    public bool AnyModel { get; set; }
}
