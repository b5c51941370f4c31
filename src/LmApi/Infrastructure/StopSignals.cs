using System.Runtime.InteropServices;

namespace LmApi.Infrastructure;

/// <summary>
/// Hears SIGTERM and Ctrl-C for as long as it lives. Until someone takes over there is nothing to bring to an end, so a
/// signal ends the process at once, whatever the main thread is doing.
/// </summary>
/// <remarks>
/// In place of the host's <c>ConsoleLifetime</c>, which listens late: a process with id 1 loses a signal that nobody
/// handles.
/// </remarks>
internal sealed class StopSignals : IDisposable
{
    private readonly PosixSignalRegistration[] _registrations;
    private volatile Action<PosixSignal> _stop = static _ => ExitNow();

    public StopSignals() => _registrations =
        [.. new[] { PosixSignal.SIGTERM, PosixSignal.SIGINT, PosixSignal.SIGQUIT }.Select(Register)];

    /// <summary>Somebody wants the process to end.</summary>
    public bool Heard { get; private set; }

    /// <summary>From now on a signal does this instead.</summary>
    public void HandOver(Action<PosixSignal> stop) => _stop = stop;

    public void Dispose() => Array.ForEach(_registrations, registration => registration.Dispose());

    /// <summary>
    /// Without what <see cref="Environment.Exit"/> would run: a library that takes down its globals while the main
    /// thread works in it, as libtorch does, crashes.
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
