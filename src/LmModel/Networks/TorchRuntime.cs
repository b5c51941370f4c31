namespace LmModel.Networks;

/// <summary>Prepares this process for libtorch. Call it before anything else touches TorchSharp.</summary>
public static class TorchRuntime
{
    /// <param name="threads">Threads of an operation, process-wide; null for one a core.</param>
    /// <exception cref="TorchUnavailableException">The native libraries do not load on this machine.</exception>
    public static void Initialize(int? threads = null)
    {
        if (threads is { } n)
        {
            TorchSharp.torch.set_num_threads(n);
        }
    }
}

/// <summary>libtorch cannot be loaded; the message says what this machine lacks and what to do.</summary>
public sealed class TorchUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
