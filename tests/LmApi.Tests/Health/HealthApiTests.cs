using LmApi.Infrastructure;
using LmApi.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace LmApi.Tests.Health;

public sealed class HealthApiTests
{
    private static readonly Uri Ready = new("/health/ready", UriKind.Relative);
    private static readonly Uri Live = new("/health/live", UriKind.Relative);

    [Fact]
    public async Task Ready_returns_503_until_the_model_is_warm()
    {
        await using var service = LmServiceFixture.Cold();
        service.Model.Gate.Close();
        using var client = service.CreateClient();
        using var early = await client.GetAsync(Ready);
        Assert.Equal("starting", (await early.JsonAsync(503)).Text("status"));

        service.Model.Gate.Open();
        await service.Logs.WaitForAsync("is ready");
        using var warm = await client.GetAsync(Ready);
        Assert.Equal("""{"status":"ready","model":"alphabet"}""", await warm.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Live_returns_200_from_the_beginning()
    {
        await using var service = LmServiceFixture.Cold();
        service.Model.Gate.Close();
        using var response = await service.CreateClient().GetAsync(Live);
        Assert.Equal("live", (await response.JsonAsync(200)).Text("status"));
    }

    [Fact]
    public async Task Ready_returns_503_once_the_service_stops()
    {
        await using var service = await LmServiceFixture.StartAsync();
        var lifecycle = service.Services.GetRequiredService<Lifecycle>();
        service.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
        Assert.Equal((false, true), (lifecycle.IsReady, lifecycle.IsStopping));
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
    }
}
