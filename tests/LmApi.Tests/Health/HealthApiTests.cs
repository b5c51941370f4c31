using LmApi.Health;
using LmApi.Tests.Support;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace LmApi.Tests.Health;

public sealed class HealthApiTests
{
    private static readonly Uri Ready = new("/health/ready", UriKind.Relative);
    private static readonly Uri Live = new("/health/live", UriKind.Relative);

    [Fact]
    public async Task Ready_is_503_until_the_model_is_warm()
    {
        await using var service = LmServiceFixture.Cold();
        service.Model.Gate.Close();
        using var client = service.CreateClient();
        using var early = await client.GetAsync(Ready);
        Assert.Equal("starting", (await early.JsonAsync(503)).Text("status"));

        service.Model.Gate.Open();
        await service.Logs.WaitForAsync("is warm");
        using var warm = await client.GetAsync(Ready);
        Assert.Equal("""{"status":"ready","model":"alphabet"}""", await warm.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Live_is_200_from_the_beginning()
    {
        await using var service = LmServiceFixture.Cold();
        service.Model.Gate.Close();
        using var response = await service.CreateClient().GetAsync(Live);
        Assert.Equal("live", (await response.JsonAsync(200)).Text("status"));
    }

    [Fact]
    public async Task Ready_is_503_once_the_service_stops()
    {
        await using var service = await LmServiceFixture.StartAsync();
        service.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
        Assert.False(service.Host.IsReady);
    }

    [Fact]
    public async Task A_model_that_cannot_generate_stops_the_service()
    {
        await using var service = LmServiceFixture.Cold();
        service.Model.Failure = new InvalidOperationException("no good");
        service.Model.Gate.Close();
        var lifetime = service.Services.GetRequiredService<IHostApplicationLifetime>();
        var stopping = new TaskCompletionSource();
        lifetime.ApplicationStopping.Register(stopping.SetResult);
        service.Model.Gate.Open();
        await stopping.Task;
        var line = await service.Logs.WaitForAsync("cannot generate");
        Assert.Equal(Serilog.Events.LogEventLevel.Fatal, line.Level);
        Environment.ExitCode = 0;
    }

    [Theory]
    [InlineData(null, null, 8080)]
    [InlineData(null, "9000;9001", 9000)]
    [InlineData("http://+:5001;https://+:5002", "9000", 5001)]
    public void The_probe_asks_the_port_that_the_service_listens_on(string? urls, string? ports, int port)
    {
        var environment = new ConfigurationBuilder()
            .AddInMemoryCollection(new Dictionary<string, string?> { ["ASPNETCORE_URLS"] = urls, ["ASPNETCORE_HTTP_PORTS"] = ports })
            .Build();
        Assert.Equal(port, HealthProbe.Port(environment));
    }

    [Fact]
    public async Task The_probe_says_0_where_the_service_is_ready_and_1_where_nobody_answers()
    {
        int port;
        await using (var service = await LmServiceFixture.StartOnPortAsync())
        {
            port = service.ClientOptions.BaseAddress.Port;
            Assert.Equal(0, await ProbeAsync(port));
        }

        Assert.Equal(1, await ProbeAsync(port));
    }

    private static Task<int> ProbeAsync(int port) => HealthProbe.RunAsync(new ConfigurationBuilder()
        .AddInMemoryCollection(new Dictionary<string, string?> { ["ASPNETCORE_HTTP_PORTS"] = $"{port}" })
        .Build());
}
