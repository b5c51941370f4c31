using System.Runtime.InteropServices;
using LmApi.Infrastructure;
using LmApi.Tests.Support;
using LmModel.Generation;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace LmApi.Tests.Infrastructure;

/// <summary>How a service stops that is told to.</summary>
public sealed class LifecycleTests
{
    private static readonly Uri Ready = new("/health/ready", UriKind.Relative);

    [Fact]
    public async Task Readiness_ends_first_while_requests_are_still_answered()
    {
        await using var service = await LmServiceFixture.StartAsync();
        var end = new End(service);
        end.Ask(PosixSignal.SIGTERM);

        using var ready = await service.CreateClient().GetAsync(Ready);
        Assert.Equal("stopping", (await ready.JsonAsync(503)).Text("status"));
        Assert.Equal(
            "length",
            (await service.StreamAsync(new { prompt = "a", max_tokens = 2 })).Done.Text("finish_reason"));

        Assert.False(end.HasBegun);
        service.Time.Advance(TimeSpan.FromSeconds(5));
        Assert.True(end.HasBegun);
    }

    [Fact]
    public async Task The_drain_takes_as_long_as_configured()
    {
        await using var service = await LmServiceFixture.StartAsync(new() { ["Shutdown:DrainSeconds"] = "60" });
        var end = new End(service);
        end.Ask(PosixSignal.SIGTERM);
        service.Time.Advance(TimeSpan.FromSeconds(59));
        Assert.False(end.HasBegun);
        service.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(end.HasBegun);
    }

    [Theory]
    [InlineData("5", PosixSignal.SIGINT)]
    [InlineData("5", PosixSignal.SIGTERM, PosixSignal.SIGTERM)]
    [InlineData("0", PosixSignal.SIGTERM)]
    public async Task There_is_no_drain_on_Ctrl_C_or_a_second_signal(string seconds, params PosixSignal[] signals)
    {
        await using var service = await LmServiceFixture.StartAsync(new() { ["Shutdown:DrainSeconds"] = seconds });
        var end = new End(service);
        Array.ForEach(signals, end.Ask);
        Assert.True(end.HasBegun);
    }

    [Fact]
    public async Task There_is_no_drain_before_the_service_is_ready()
    {
        await using var service = LmServiceFixture.Cold();
        service.Model.Gate.Close();
        var end = new End(service);
        end.Ask(PosixSignal.SIGTERM);
        Assert.True(end.HasBegun);
    }

    [Fact]
    public async Task Generations_still_running_before_the_deadline_end_with_an_explanatory_error()
    {
        await using var service = await LmServiceFixture.StartOnPortAsync();
        var end = new End(service);
        service.Model.Gate.Close();
        using var stream = await service.PostAsync("/generate", new { prompt = "a", max_tokens = 3 });
        var json = service.PostAsync("/generate", new { prompt = "a", max_tokens = 3, stream = false });
        await service.Logs.WaitForAsync("Admitted gen-0400000000000004");

        end.Ask(PosixSignal.SIGINT);
        service.Time.Advance(TimeSpan.FromSeconds(26));
        Assert.False(end.IsLastCall);
        var engine = service.Host.Model.Engine;
        // Ends the engine, which waits for the step at the gate.
        var lastCall = Task.Run(() => service.Time.Advance(TimeSpan.FromSeconds(1)));
        while (!IsClosed(engine))
        {
            await Task.Yield();
        }

        service.Model.Gate.Open();
        await lastCall;

        using var reader = new EventStreamReader(await stream.Content.ReadAsStreamAsync());
        var last = (await reader.RestAsync())[^1];
        Assert.Equal(("error", "shutting_down"), (last.Name, last.Data.Text("code")));
        using var refused = await json;
        Assert.Equal("shutting_down", (await refused.ProblemAsync(503)).Text("code"));
        Assert.Equal(
            2,
            service.Logs.Events.Count(e => LogSink.Said(e).Contains("ended by the shutdown", StringComparison.Ordinal))
        );
    }

    [Fact]
    public async Task Generations_that_finish_before_the_deadline_end_normally()
    {
        await using var service = await LmServiceFixture.StartOnPortAsync();
        var end = new End(service);
        service.Model.Gate.Close();
        using var stream = await service.PostAsync("/generate", new { prompt = "a", max_tokens = 3 });
        end.Ask(PosixSignal.SIGINT);
        service.Model.Gate.Open();
        Assert.Equal("length", (await stream.StreamedAsync()).Done.Text("finish_reason"));
    }

    [Fact]
    public async Task The_log_does_not_claim_that_a_disconnected_client_left()
    {
        await using var service = await LmServiceFixture.StartOnPortAsync(new() { ["shutdownTimeoutSeconds"] = "2" });
        var end = new End(service);
        using var client = await RawClient.ConnectAsync(service, receiveBytes: 4096);
        await client.SendAsync(RawClient.Post("/generate", new { prompt = "a", max_tokens = 4096, logprobs = 20 }));
        await service.Logs.WaitForAsync("Admitted gen-");

        end.Ask(PosixSignal.SIGINT);
        service.Time.Advance(TimeSpan.FromSeconds(2));
        await service.Logs.WaitForAsync("was ended by the shutdown of the service");
        Assert.DoesNotContain(
            service.Logs.Events,
            e => LogSink.Said(e).Contains("left after", StringComparison.Ordinal));
    }

    private static bool IsClosed(GenerationEngine engine)
    {
        try
        {
            engine.TryStart(
                new()
                {
                    PromptTokens = [],
                    MaxTokens = 1,
                    Seed = 0,
                },
                new CancellationToken(canceled: true));
            return false;
        }
        catch (ObjectDisposedException)
        {
            return true;
        }
    }

    /// <summary>
    /// What decides about the end of a service; asked for before it stops, for then its services are disposed.
    /// </summary>
    private sealed class End(LmServiceFixture service)
    {
        private readonly Lifecycle _lifecycle = service.Services.GetRequiredService<Lifecycle>();

        private readonly CancellationToken _stopping =
            service.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;

        public bool HasBegun => _stopping.IsCancellationRequested;

        public bool IsLastCall => _lifecycle.LastCall.IsCancellationRequested;

        public void Ask(PosixSignal signal) => _lifecycle.Stop(signal);
    }
}
