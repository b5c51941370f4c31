using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using LmApi.Health;
using LmApi.Infrastructure;
using LmApi.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LmApi.Tests.Health;

/// <summary>The probe finds a service that has the same configuration, and says how it is in one line.</summary>
public sealed class HealthProbeTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("lm-probe-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("--urls=http://127.0.0.1:PORT")]
    [InlineData("--urls=http://127.0.0.2:PORT")]
    [InlineData("--urls=http://[::1]:PORT")]
    [InlineData("--urls=http://[::]:PORT")]
    [InlineData("--urls=http://0.0.0.0:PORT")]
    [InlineData("--urls=http://*:PORT")]
    [InlineData("--urls=http://+:PORT")]
    [InlineData("--urls=http://localhost:PORT")]
    [InlineData("--urls=http://a-name-that-nobody-resolves:PORT")]
    [InlineData("--urls=HTTP://LOCALHOST:PORT/")]
    [InlineData("--urls=http://unix:FOLDER/socket")]
    [InlineData("--urls=http://127.0.0.2:PORT;http://unix:FOLDER/socket")]
    [InlineData("--urls=https://localhost:PORT")]
    [InlineData("--urls=https://127.0.0.2:0;http://[::1]:PORT")]
    [InlineData("--http_ports=PORT")]
    [InlineData("--https_ports=PORT")]
    [InlineData("--urls=http://127.0.0.1:PORT", "--http_ports=1")]
    [InlineData("--Kestrel:Endpoints:Public:Url=http://127.0.0.2:PORT")]
    [InlineData("--Kestrel:Endpoints:Public:Url=https://127.0.0.2:PORT")]
    [InlineData("--Kestrel:Endpoints:Public:Url=http://127.0.0.2:PORT", "--urls=http://127.0.0.1:1")]
    [InlineData(
        "--Kestrel:Endpoints:Public:Url=http://127.0.0.1:1",
        "--urls=http://127.0.0.2:PORT",
        "--preferHostingUrls=true"
    )]
    public async Task The_probe_connects_to_the_address_the_server_listens_on(params string[] arguments)
    {
        arguments = [.. arguments.Select(Fill), $"--Kestrel:Certificates:Default:Path={Certificate()}"];
        var builder = Startup.CreateBuilder(arguments);
        builder.Logging.ClearProviders();
        await using (var server = builder.Build())
        {
            server.MapGet(HealthApi.ReadyPath, () => "yes");
            await server.StartAsync();
            Assert.Equal(0, await HealthProbe.RunAsync(["--health", .. arguments], RawClient.Patience));
        }

        Assert.Equal(1, await HealthProbe.RunAsync([.. arguments, "--health"]));
    }

    [Fact]
    public void Without_configuration_the_server_listens_on_the_framework_default() =>
        Assert.Equal(
            "http://localhost:5000",
            Assert.Single(ServerAddresses.Of(new ConfigurationBuilder().Build())).ToString());

    [Theory]
    [InlineData("ASPNETCORE_URLS", "http://127.0.0.1:PORT")]
    [InlineData("DOTNET_URLS", "http://127.0.0.1:PORT")]
    [InlineData("URLS", "http://127.0.0.1:PORT")]
    [InlineData("ASPNETCORE_HTTP_PORTS", "PORT;1")]
    [InlineData("Kestrel__Endpoints__Public__Url", "http://127.0.0.1:PORT")]
    public async Task The_probe_reads_the_environment_and_ignores_proxies(string name, string value)
    {
        await using var service = await LmServiceFixture.StartOnPortAsync();
        var (code, line) = await ProbeAsync(new()
        {
            [name] = value.Replace("PORT", $"{service.ClientOptions.BaseAddress.Port}", StringComparison.Ordinal),
            ["HTTP_PROXY"] = "http://127.0.0.1:9",
            ["http_proxy"] = "http://127.0.0.1:9",
            ["ALL_PROXY"] = "http://127.0.0.1:9",
        });
        Assert.True(code == 0, line);
        Assert.EndsWith(" answers 200 to /health/ready", line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("127.0.0.1:8080", "urls is '127.0.0.1:8080'")]
    [InlineData("http://127.0.0.1:99999", "0 to 65535")]
    [InlineData("http://127.0.0.1:0", "The system chose the port")]
    [InlineData("http://192.0.2.1:8080", "")]
    [InlineData("http://127.0.0.1:1", "http://127.0.0.1:1: Connection refused")]
    public async Task The_probe_reports_an_unreachable_server_in_one_line(string urls, string why)
    {
        var (code, line) = await ProbeAsync(new() { ["ASPNETCORE_URLS"] = urls });
        Assert.Equal(1, code);
        Assert.StartsWith("Not healthy: ", line, StringComparison.Ordinal);
        Assert.Contains(why, line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_service_that_is_not_ready_is_unhealthy()
    {
        await using var service = await LmServiceFixture.StartOnPortAsync();
        service.Services.GetRequiredService<Lifecycle>().Stop(PosixSignal.SIGTERM);
        Assert.Equal(1, await HealthProbe.RunAsync([$"--urls={service.ClientOptions.BaseAddress}"]));
    }

    private static async Task<(int Code, string Line)> ProbeAsync(Dictionary<string, string> environment)
    {
        using var process = ServiceProcess.Start(["--health"], environment);
        var code = await process.ExitCodeAsync();
        return (code, Assert.Single(process.Output.Concat(process.Errors)));
    }

    private string Fill(string argument)
    {
        using var listener = new TcpListener(IPAddress.IPv6Loopback, 0);
        listener.Start();
        return argument
            .Replace("PORT", $"{((IPEndPoint)listener.LocalEndpoint).Port}", StringComparison.Ordinal)
            .Replace("FOLDER", _folder.FullName, StringComparison.Ordinal);
    }

    private string Certificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest("CN=example.org", key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(200));
        var file = Path.Combine(_folder.FullName, "certificate.pfx");
        File.WriteAllBytes(file, certificate.Export(X509ContentType.Pkcs12));
        return file;
    }
}
