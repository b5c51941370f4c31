using System.Runtime.InteropServices;

namespace LmApi.Infrastructure;

/// <summary>
/// Handles SIGTERM and Ctrl-C for as long as it lives. Until a handler is set there is nothing to shut down, so a
/// signal ends the process at once, whatever the main thread is doing.
/// </summary>
/// <remarks>
/// Replaces the host's <c>ConsoleLifetime</c>, which registers late: a process with id 1 loses a signal that is not
/// handled.
/// </remarks>
internal sealed class StopSignals : IDisposable
{
    private readonly PosixSignalRegistration[] _registrations;
    private volatile Action<PosixSignal> _stop = static _ => ExitNow();

    public StopSignals() => _registrations =
        [.. new[] { PosixSignal.SIGTERM, PosixSignal.SIGINT, PosixSignal.SIGQUIT }.Select(Register)];

    /// <summary>Raised when the process should end.</summary>
    public bool Heard { get; private set; }

    /// <summary>From now on a signal runs this instead.</summary>
    public void HandOver(Action<PosixSignal> stop) => _stop = stop;

    public void Dispose() => Array.ForEach(_registrations, registration => registration.Dispose());

    /// <summary>
    /// Does not run what <see cref="Environment.Exit"/> would run: a library such as libtorch, which destroys its
    /// globals while the main thread uses it, would crash.
    /// </summary>
    private static void ExitNow()
    {
        if (OperatingSystem.IsWindows())
        {
            Environment.Exit(0);
        }

        ExitNow(0);
    }

    [DllImport("libc", EntryPoint = "_exit")]
    private static extern void ExitNow(int code);

    private PosixSignalRegistration Register(PosixSignal signal) => PosixSignalRegistration.Create(signal, context =>
    {
        (context.Cancel, Heard) = (true, true);
        _stop(context.Signal);
    });
}
