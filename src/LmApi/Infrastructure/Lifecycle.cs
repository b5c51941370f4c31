using System.Runtime.InteropServices;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace LmApi.Infrastructure;

/// <summary>The states of the service (starting, ready, stopping) and the steps of its shutdown.</summary>
/// <remarks>
/// <code>
/// SIGTERM ──► not ready ──► no new connections ──► last call ──► deadline
///             DrainSeconds  what runs goes on      what still    connections
///                                                  runs ends     are cut
/// </code>
/// The deadline is the host's <see cref="HostOptions.ShutdownTimeout"/> after the drain.
/// </remarks>
internal sealed partial class Lifecycle : IDisposable
{
    /// <summary>Time to inform clients of the end.</summary>
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(3);

    private readonly ShutdownOptions _options;
    private readonly IHostApplicationLifetime _host;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly TimeSpan _deadline;
    private readonly CancellationTokenSource _lastCall = new();
    private readonly Lock _gate = new();
    private ITimer? _timer;
    private volatile bool _ready;
    private volatile bool _draining;

    public Lifecycle(
        IOptions<ShutdownOptions> options,
        IOptions<HostOptions> hostOptions,
        IHostApplicationLifetime host,
        TimeProvider time,
        ILogger<Lifecycle> logger)
    {
        (_options, _host, _time, _logger) = (options.Value, host, time, logger);
        _deadline = hostOptions.Value.ShutdownTimeout;
        host.ApplicationStopping.Register(() => After(LastCallAfter(_deadline), _lastCall.Cancel));
    }

    /// <summary>Whether <see cref="MarkReady"/> was called and no shutdown has been requested.</summary>
    public bool IsReady => _ready && !IsStopping;

    public bool IsStopping => _draining || _host.ApplicationStopping.IsCancellationRequested;

    /// <summary>Cancelled shortly before the deadline: whatever still runs should end now with an error.</summary>
    public CancellationToken LastCall => _lastCall.Token;

    public void MarkReady() => _ready = true;

    /// <summary>Stops the service as the signal asks.</summary>
    public void Stop(PosixSignal signal)
    {
        if (signal is not PosixSignal.SIGTERM || !IsReady || _options.DrainSeconds == 0)
        {
            _host.StopApplication();
            return;
        }

        _draining = true;
        LogDraining(_options.DrainSeconds);
        After(TimeSpan.FromSeconds(_options.DrainSeconds), _host.StopApplication);
    }

    public void Dispose()
    {
        _timer?.Dispose();
        _lastCall.Dispose();
    }

    private static TimeSpan LastCallAfter(TimeSpan deadline) =>
        deadline - (deadline / 4 < Farewell ? deadline / 4 : Farewell);

    private void After(TimeSpan time, Action action)
    {
        lock (_gate)
        {
            _timer?.Dispose();
            _timer = _time.CreateTimer(static action => ((Action)action!)(), action, time, Timeout.InfiniteTimeSpan);
        }
    }

    [LoggerMessage(LogLevel.Information, "Stopping: not ready from now on, no new connections in {Seconds} s")]
    private partial void LogDraining(int seconds);
}

/// <summary>Registers <see cref="Lifecycle"/>.</summary>
internal static class LifecycleExtensions
{
    public static void AddLifecycle(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<ShutdownOptions>()
            .BindConfiguration(ShutdownOptions.Section)
            .ValidateDataAnnotations()
            .ValidateOnStart();
        builder.Services.AddOptions<HostOptions>()
            .Validate(o => o.ShutdownTimeout >= TimeSpan.FromSeconds(1), "shutdownTimeoutSeconds must be at least 1.")
            .ValidateOnStart();
        builder.Services.AddSingleton<Lifecycle>();
        builder.Services.Replace(ServiceDescriptor.Singleton<IHostLifetime, NoLifetime>());
    }

    /// <summary><see cref="StopSignals"/> hears the signals that the host's own would hear.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
