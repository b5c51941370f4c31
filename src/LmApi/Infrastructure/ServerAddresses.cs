using System.Net;

namespace LmApi.Infrastructure;

/// <summary>
/// The addresses that the configuration makes the server listen on, by ASP.NET Core's rules: <c>Kestrel:Endpoints</c>,
/// else <c>urls</c>, else <c>http_ports</c> and <c>https_ports</c>, from wherever they are configured
/// (<c>ASPNETCORE_URLS</c>, <c>--urls</c>, <c>appsettings.json</c> …), else <c>http://localhost:5000</c>.
/// </summary>
internal static class ServerAddresses
{
    private const string Default = "http://localhost:5000";

    /// <exception cref="FormatException">One of them is not an address; the message says which, where and
    /// why.</exception>
    public static IReadOnlyList<BindingAddress> Of(IConfiguration configuration) =>
        [.. Configured(configuration).Select(address => Parse(address.Key, address.Url))];

    /// <summary>All of them, for messages.</summary>
    public static string Text(IConfiguration configuration) =>
        string.Join(", ", Configured(configuration).Select(address => address.Url));

    private static IEnumerable<(string Key, string Url)> Configured(IConfiguration configuration)
    {
        var urls = Split(configuration["urls"]).Select(url => ("urls", url)).ToList();
        var endpoints = configuration.GetSection("Kestrel:Endpoints").GetChildren()
            .Select(endpoint => ($"{endpoint.Path}:Url", endpoint["Url"] ?? "")).ToList();
        if (endpoints.Count > 0 && !(urls.Count > 0 && configuration.GetValue<bool>("preferHostingUrls")))
        {
            return endpoints;
        }

        if (urls.Count == 0)
        {
            urls.AddRange(Split(configuration["http_ports"]).Select(port => ("http_ports", $"http://*:{port}")));
            urls.AddRange(Split(configuration["https_ports"]).Select(port => ("https_ports", $"https://*:{port}")));
        }

        return urls.Count > 0 ? urls : [("urls", Default)];
    }

    private static string[] Split(string? list) =>
        list?.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];

    private static BindingAddress Parse(string key, string url)
    {
        if (!url.StartsWith("http://", StringComparison.OrdinalIgnoreCase)
            && !url.StartsWith("https://", StringComparison.OrdinalIgnoreCase))
        {
            throw Invalid("it must begin with http:// or https://");
        }

        var address = BindingAddress.Parse(url);
        if (address.IsUnixPipe || address.IsNamedPipe)
        {
            return address;
        }

        // Whatever follows the last colon would be taken for a part of the name if it is not a number.
        var name = address.Host.StartsWith('[') ? address.Host[(address.Host.IndexOf(']') + 1)..] : address.Host;
        if (name.Contains(':', StringComparison.Ordinal)
            || address.Port is < IPEndPoint.MinPort or > IPEndPoint.MaxPort)
        {
            throw Invalid($"the port must be a number from {IPEndPoint.MinPort} to {IPEndPoint.MaxPort}");
        }

        return address;

        FormatException Invalid(string why) =>
            new($"{key} is '{url}', which is not an address to listen on: {why}.");
    }
}
