using System.Runtime.InteropServices;
using TorchSharp;

namespace LmModel.Networks;

/// <summary>Prepares this process for libtorch. Call it before anything else uses TorchSharp.</summary>
internal static partial class TorchRuntime
{
    private static readonly Lock Gate = new();
    private static bool _ready;

    /// <summary>
    /// Loads libtorch with OpenMP's threads set to sleep while they wait. Safe to call from anywhere and again: the
    /// natives load once, and a later call only sets the number of threads, if it gives one.
    /// </summary>
    /// <param name="threads">Threads of an operation, process-wide, at least 1; null for one a core.</param>
    /// <exception cref="TorchUnavailableException">The native libraries do not load on this machine.</exception>
    public static void Initialize(int? threads = null)
    {
        if (threads is { } asked)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(asked, 1, nameof(threads));
        }

        lock (Gate)
        {
            if (!_ready)
            {
                WaitPassively();
                Load();
                _ready = true;
            }

            if (threads is { } n)
            {
                torch.set_num_threads(n);
            }
        }
    }

    /// <summary>
    /// Threads that spin while they wait cost a tenfold slowdown when anything else wants their core. libgomp reads the
    /// C environment when it loads, which <see cref="Environment.SetEnvironmentVariable(string, string?)"/> does not
    /// reach. Values set by the user are kept.
    /// </summary>
    private static void WaitPassively()
    {
        if (OperatingSystem.IsLinux() && Environment.GetEnvironmentVariable("OMP_WAIT_POLICY") is null)
        {
            _ = SetEnvironment("OMP_WAIT_POLICY", "PASSIVE", overwrite: 0);
            _ = SetEnvironment("GOMP_SPINCOUNT", "0", overwrite: 0);
        }
    }

    // The same name from the same assembly that TorchSharp will request: TorchSharp then finds the library loaded and
    // does not start its own search, which ends with the advice to reference a package that is already referenced.
    private static void Load()
    {
        var torchSharp = typeof(torch).Assembly;
        try
        {
            NativeLibrary.Load("LibTorchSharp", torchSharp, searchPath: null);
            _ = torch.get_num_threads();
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException or NotSupportedException
                                      or TypeInitializationException)
        {
            throw new TorchUnavailableException(TorchDiagnosis.Explain(LoadAttempt.Observe(torchSharp, e)), e);
        }
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironment(string name, string value, int overwrite);
}

/// <summary>libtorch cannot be loaded; the message says what this machine lacks and what to do.</summary>
public sealed class TorchUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
