using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using LmApi.Tests.Support;

namespace LmApi.Tests.Access;

/// <summary>What stands between the service and a network: origins, proxies, TLS, limits of the server.</summary>
public sealed class NetworkTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_page_of_an_allowed_origin_may_call_the_service_and_read_its_errors()
    {
        await using var service = await LmServiceFixture.StartAsync(new()
        {
            ["Access:AllowedOrigins:0"] = "https://app.example",
            ["Access:KeysFile"] = Keys(),
        });
        using var asks = new HttpRequestMessage(HttpMethod.Options, "/generate");
        asks.Headers.Add("Origin", "https://app.example");
        asks.Headers.Add("Access-Control-Request-Method", "POST");
        asks.Headers.Add("Access-Control-Request-Headers", "authorization,content-type");
        using var may = await service.CreateClient().SendAsync(asks);
        Assert.Equal(HttpStatusCode.NoContent, may.StatusCode);
        Assert.Equal(["https://app.example"], may.Headers.GetValues("Access-Control-Allow-Origin"));
        Assert.Equal(["authorization,content-type"], may.Headers.GetValues("Access-Control-Allow-Headers"));

        using var refused = await GetAsync(service, ("Origin", "https://app.example"));
        await refused.ProblemAsync(401);
        Assert.Equal(["https://app.example"], refused.Headers.GetValues("Access-Control-Allow-Origin"));
        Assert.Equal(["nosniff"], refused.Headers.GetValues("X-Content-Type-Options"));
        Assert.Contains(
            "Retry-After",
            Assert.Single(refused.Headers.GetValues("Access-Control-Expose-Headers")),
            StringComparison.Ordinal);

        using var stranger = await GetAsync(service, ("Origin", "https://evil.example"));
        Assert.False(stranger.Headers.Contains("Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task No_page_may_call_the_service_by_default()
    {
        await using var service = await LmServiceFixture.StartAsync();
        using var response = await GetAsync(service, ("Origin", "https://app.example"));
        Assert.False(response.Headers.Contains("Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task The_address_behind_a_trusted_proxy_is_the_one_that_is_limited()
    {
        await using var service = await LmServiceFixture.StartOnPortAsync(new()
        {
            ["Access:RequestsPerMinute"] = "1",
            ["Access:TrustedProxies:0"] = "127.0.0.0/8",
        });
        Assert.Equal(200, await StatusAsync(service, "192.0.2.1"));
        Assert.Equal(429, await StatusAsync(service, "192.0.2.1"));
        Assert.Equal(200, await StatusAsync(service, "192.0.2.2"));
        // What the client itself claims comes first, and is not believed.
        Assert.Equal(429, await StatusAsync(service, "198.51.100.9, 192.0.2.1"));
    }

    [Fact]
    public async Task Without_a_trusted_proxy_nobody_can_claim_another_address()
    {
        await using var service = await LmServiceFixture.StartOnPortAsync(
            new() { ["Access:RequestsPerMinute"] = "1" });
        Assert.Equal(200, await StatusAsync(service, "192.0.2.1"));
        Assert.Equal(429, await StatusAsync(service, "192.0.2.2"));
    }

    [Theory]
    [InlineData("Access:TrustedProxies:0", "proxy.local", "neither an IP address nor a network")]
    [InlineData("Access:AllowedOrigins:0", "https://app.example/", "not an origin")]
    [InlineData("Access:RequestsPerMinute", "-1", "RequestsPerMinute must be between 0")]
    [InlineData("Kestrel:Limits:KeepAliveTimeout", "soon", "KeepAliveTimeout")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4317", "not a URL such as http://localhost:4317")]
    public async Task A_value_that_is_not_valid_keeps_the_service_from_starting(string key, string value, string why)
    {
        using var process = ServiceProcess.StartTiny($"--{key}={value}");
        Assert.Equal(1, await process.ExitCodeAsync());
        Assert.Contains(why, Assert.Single(process.Errors), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_service_without_keys_that_others_reach_says_so_in_one_line()
    {
        using var process = ServiceProcess.Start(
            ["--urls=http://0.0.0.0:0;http://127.0.0.1:0", $"--Model:Path={ServiceProcess.TinyModel}"]);
        await process.ListeningAsync();
        Assert.Single(process.Output, line => line.Contains(
            "WRN] Whoever reaches http://0.0.0.0:0 can use this service", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_service_with_keys_or_on_loopback_does_not()
    {
        foreach (var arguments in new[]
        {
            new[] { "--urls=http://0.0.0.0:0", $"--Access:KeysFile={Keys()}" },
            ["--urls=http://localhost:0", "--http_ports="],
        })
        {
            using var process = ServiceProcess.Start([.. arguments, $"--Model:Path={ServiceProcess.TinyModel}"]);
            try
            {
                await process.ListeningAsync();
            }
            catch (InvalidOperationException)
            {
                // The system cannot choose a port for two addresses at once; the start has been judged by then.
            }

            Assert.DoesNotContain(process.Output, line => line.Contains("Whoever", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Tls_is_configured_by_a_certificate_and_its_key()
    {
        var (certificate, key) = Certificate();
        using var process = ServiceProcess.Start(
        [
            "--Kestrel:Endpoints:Https:Url=https://127.0.0.1:0",
            $"--Kestrel:Endpoints:Https:Certificate:Path={certificate}",
            $"--Kestrel:Endpoints:Https:Certificate:KeyPath={key}",
            $"--Model:Path={ServiceProcess.TinyModel}",
        ]);
        var address = await process.ListeningAsync();
        Assert.Equal("https", address.Scheme);

        var expected = X509CertificateLoader.LoadCertificateFromFile(certificate).Thumbprint;
        using var handler = new HttpClientHandler
        {
            ServerCertificateCustomValidationCallback = (_, sent, _, _) => sent?.Thumbprint == expected,
        };
        using var client = new HttpClient(handler) { BaseAddress = address };
        using var response = await client.PostAsync("/generate", new { prompt = "a", max_tokens = 3 });
        Assert.Equal(3, (await response.StreamedAsync()).Tokens.Count);
        using var plain = new HttpClient();
        await Assert.ThrowsAnyAsync<HttpRequestException>(
            () => plain.GetAsync(new Uri($"http://127.0.0.1:{address.Port}/health/live")));
    }

    [Fact]
    public async Task The_limits_of_the_server_are_configured_by_its_own_section()
    {
        await using var service = await LmServiceFixture.StartOnPortAsync(
            new() { ["Kestrel:Limits:MaxRequestHeadersTotalSize"] = "1000" });
        using var client = await RawClient.ConnectAsync(service);
        await client.SendAsync(RawClient.Head("GET", "/model", $"X-Long: {new string('x', 2000)}"));
        Assert.Equal(431, (await client.ReadAnswerAsync()).Status);
    }

    private static Task<HttpResponseMessage> GetAsync(LmServiceFixture service, params (string, string)[] headers)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/model");
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return service.CreateClient().SendAsync(request);
    }

    private static async Task<int> StatusAsync(LmServiceFixture service, string forwardedFor)
    {
        using var response = await GetAsync(service, ("X-Forwarded-For", forwardedFor));
        return (int)response.StatusCode;
    }

    private string Keys()
    {
        File.WriteAllText(_folder["keys.json"], """{ "format_version": 1, "keys": [] }""");
        return _folder["keys.json"];
    }

    private (string Certificate, string Key) Certificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(
            new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero),
            new DateTimeOffset(2120, 1, 1, 0, 0, 0, TimeSpan.Zero));
        File.WriteAllText(_folder["tls.crt"], certificate.ExportCertificatePem());
        File.WriteAllText(_folder["tls.key"], key.ExportPkcs8PrivateKeyPem());
        return (_folder["tls.crt"], _folder["tls.key"]);
    }
}
