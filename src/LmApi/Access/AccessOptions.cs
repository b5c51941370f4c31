using System.ComponentModel.DataAnnotations;
using System.Net;

namespace LmApi.Access;

/// <summary>Who may use the service, and how much; section <c>Access</c> of the configuration.</summary>
internal sealed class AccessOptions : IValidatableObject
{
    public const string Section = "Access";

    /// <summary>
    /// The file of <c>lm key</c>. Every request but those to <c>/health</c> and the documentation then needs one of its
    /// keys. None: anybody may use the service.
    /// </summary>
    public string? KeysFile { get; set; }

    /// <summary>Requests of one address in a minute; 0 for no limit.</summary>
    [Range(0, int.MaxValue)]
    public int RequestsPerMinute { get; set; }

    /// <summary>Tokens of the prompts and texts of one address in a minute; 0 for no limit.</summary>
    [Range(0, int.MaxValue)]
    public int TokensPerMinute { get; set; }

    /// <summary>
    /// Addresses and networks (<c>10.0.0.0/8</c>) of proxies whose <c>X-Forwarded-For</c> and <c>X-Forwarded-Proto</c>
    /// are believed.
    /// </summary>
    public string[] TrustedProxies { get; set; } = [];

    /// <summary>Origins whose pages may call the service from a browser; <c>*</c> for all.</summary>
    public string[] AllowedOrigins { get; set; } = [];

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        foreach (var proxy in TrustedProxies.Where(proxy => NetworkOf(proxy) is null))
        {
            yield return new($"Access:TrustedProxies has '{proxy}', which is neither an IP address nor a network such "
                + "as 10.0.0.0/8.");
        }

        foreach (var origin in AllowedOrigins.Where(origin => !IsOrigin(origin)))
        {
            yield return new($"Access:AllowedOrigins has '{origin}', which is not an origin such as "
                + "https://example.org, without a path.");
        }
    }

    public IEnumerable<IPNetwork> TrustedNetworks() => TrustedProxies.Select(proxy => NetworkOf(proxy)!.Value);

    private static IPNetwork? NetworkOf(string text) =>
        IPNetwork.TryParse(text, out var network) ? network
        : IPAddress.TryParse(text, out var address) ? new IPNetwork(address, 8 * address.GetAddressBytes().Length)
        : null;

    private static bool IsOrigin(string text) =>
        text == "*"
        || (Uri.TryCreate(text, UriKind.Absolute, out var uri)
            && uri.Scheme is "http" or "https"
            && uri.GetLeftPart(UriPartial.Authority).Equals(text, StringComparison.OrdinalIgnoreCase));
}
