using LmApi.Generation;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;

namespace LmApi.Infrastructure;

/// <summary>
/// Closes connections beyond <see cref="GenerationOptions.MaxConnections"/>, and beyond what the process may open: where no
/// file can be opened any more, Kestrel's listener tries again without end, and nothing else can open a file either.
/// </summary>
internal sealed partial class ConnectionLimit(IOptions<GenerationOptions> options, ILogger<ConnectionLimit> logger)
{
    /// <summary>Files kept for everything else: assemblies that are loaded late, connections that are about to be closed.</summary>
    private const int SpareFiles = 64;

    // While files can still be opened.
    private readonly int _mostByFiles = FreeFiles() is { } free ? Math.Max(1, free - Math.Min(SpareFiles, free / 2)) : int.MaxValue;
    private int _open;
    private bool _full;

    /// <summary>Connection middleware for every endpoint; outside of TLS, which costs more than closing.</summary>
    public ConnectionDelegate Apply(ConnectionDelegate next) => async connection =>
    {
        try
        {
            if (IsAdmitted(Interlocked.Increment(ref _open)))
            {
                await next(connection);
            }
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }
    };

    /// <summary>Says that connections are closed when that begins; again only where half of them have gone in between.</summary>
    private bool IsAdmitted(int open)
    {
        var most = Math.Min(options.Value.MaxConnections, _mostByFiles);
        if (open > most)
        {
            if (!Interlocked.Exchange(ref _full, true))
            {
                LogFull(most, most < options.Value.MaxConnections ? "the limit of open files" : "Generation:MaxConnections");
            }

            return false;
        }

        _full &= open > most / 2;
        return true;
    }

    /// <summary>Files that the process may open besides those that it has; null where the system does not tell.</summary>
    private static int? FreeFiles()
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        // Max open files            1024                 524288               files
        var limit = File.ReadLines("/proc/self/limits").FirstOrDefault(line => line.StartsWith("Max open files", StringComparison.Ordinal));
        var soft = limit?.Split(' ', StringSplitOptions.RemoveEmptyEntries)[3];
        return int.TryParse(soft, out var most) ? most - Directory.EnumerateFileSystemEntries("/proc/self/fd").Count() : null;
    }

    [LoggerMessage(LogLevel.Warning, "{MostConnections} connections are open, the most by {Limit}; further ones are closed")]
    private partial void LogFull(int mostConnections, string limit);
}
