using System.Globalization;

namespace LmApi.Health;

/// <summary>
/// <c>LmApi --health</c>: asks the service on this machine whether it is ready and exits with 0 or 1. So a container
/// without a shell or curl can check itself; nothing is loaded.
/// </summary>
internal static class HealthProbe
{
    private const int DefaultPort = 8080;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    public static bool IsAskedFor(string[] args) => args is ["--health"];

    public static async Task<int> RunAsync(IConfiguration environment)
    {
        using var client = new HttpClient { Timeout = Patience };
        try
        {
            var url = FormattableString.Invariant($"http://127.0.0.1:{Port(environment)}{HealthApi.ReadyPath}");
            using var response = await client.GetAsync(url);
            return response.IsSuccessStatusCode ? 0 : 1;
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException)
        {
            return 1;
        }
    }

    /// <summary>The first port of <c>ASPNETCORE_URLS</c>, else of <c>ASPNETCORE_HTTP_PORTS</c>, else 8080.</summary>
    public static int Port(IConfiguration environment)
    {
        if (First(environment["ASPNETCORE_URLS"]) is { } url)
        {
            return BindingAddress.Parse(url).Port;
        }

        var port = First(environment["ASPNETCORE_HTTP_PORTS"]);
        return int.TryParse(port, CultureInfo.InvariantCulture, out var number) ? number : DefaultPort;
    }

    private static string? First(string? list) =>
        list?.Split([';', ','], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).FirstOrDefault();
}
