using System.Runtime.InteropServices;

namespace LmCli.Terminal;

/// <summary>
/// Ends the command early: on Ctrl-C (SIGINT), SIGTERM and SIGHUP, and when the reader of its output has exited.
/// </summary>
/// <remarks>
/// The token requests the command to stop. Whatever does not stop within <see cref="Patience"/>, such as a long call
/// into a library, ends with the process, unless it is <see cref="Protect">protected</see> because it saves something.
/// A second signal ends the process at once.
/// </remarks>
internal sealed partial class Interruption : IDisposable
{
    /// <summary>Time in which a command may end by itself.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(300);

    // Shells report 128 plus the number of the signal for a process that a signal has ended.
    private static readonly (PosixSignal Signal, int ExitCode)[] Signals =
        [(PosixSignal.SIGINT, 130), (PosixSignal.SIGTERM, 143), (PosixSignal.SIGHUP, 129)];

    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _source = new();
    private readonly ManualResetEventSlim _ended = new();
    private readonly List<PosixSignalRegistration> _registrations;
    private bool _protected;

    public Interruption() =>
        _registrations = [
            .. Signals.Select(s =>
                PosixSignalRegistration.Create(
                    s.Signal,
                    context =>
    {
        context.Cancel = true;
        if (!TryBegin(s.ExitCode))
        {
            Exit(s.ExitCode);
        }
    }))];

    /// <summary>Cancelled when the command is to stop.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>The exit code of the process if it is interrupted; null if it is not.</summary>
    public int? ExitCode { get; private set; }

    /// <summary>Ends the process now: no code of the command, of libraries or of the runtime is run.</summary>
    public static void Exit(int code)
    {
        if (!Console.IsOutputRedirected)
        {
            // A progress bar hides the cursor. Written past Console.Out, whose lock the command may hold.
            using var terminal = Console.OpenStandardOutput();
            terminal.Write("\e[?25h"u8);
        }

        if (OperatingSystem.IsWindows())
        {
            Environment.Exit(code);
        }

        // Environment.Exit runs the destructors of libtorch while its threads still compute.
        ExitProcess(code);
    }

    /// <summary>Nobody reads the output of the command, or it cannot be written: nothing is left to do.</summary>
    public void OutputEnded() => TryBegin(exitCode: 0);

    /// <summary>
    /// Runs work that must not be cut off: it observes <see cref="Token"/>, and may take time to save.
    /// </summary>
    public T Protect<T>(Func<T> run)
    {
        lock (_gate)
        {
            _protected = true;
        }

        try
        {
            return run();
        }
        finally
        {
            lock (_gate)
            {
                _protected = false;
            }

            if (ExitCode is { } code)
            {
                ExitAfterPatience(code);
            }
        }
    }

    public void Dispose()
    {
        _ended.Set();
        _registrations.ForEach(r => r.Dispose());
    }

    private bool TryBegin(int exitCode)
    {
        lock (_gate)
        {
            if (ExitCode is not null)
            {
                return false;
            }

            ExitCode = exitCode;
        }

        _ = _source.CancelAsync();
        ExitAfterPatience(exitCode);
        return true;
    }

    /// <summary>On a thread of its own: those of the pool may all be busy.</summary>
    private void ExitAfterPatience(int code) => new Thread(() =>
    {
        if (_ended.Wait(Patience))
        {
            return;
        }

        lock (_gate)
        {
            if (_protected)
            {
                return;
            }
        }

        Exit(code);
    })
    { IsBackground = true }.Start();

    [LibraryImport("libc", EntryPoint = "_exit")]
    private static partial void ExitProcess(int code);
}
