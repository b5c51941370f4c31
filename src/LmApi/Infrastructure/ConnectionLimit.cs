using LmApi.Infrastructure.Bodies;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;

namespace LmApi.Infrastructure;

/// <summary>
/// Bounds the connections by <see cref="HttpLimits.MaxConnections"/>, and by what the process may open: where no
/// file can be opened, the runtime may fail to start a thread, which ends the process.
/// </summary>
internal sealed partial class ConnectionLimit(IOptions<HttpLimits> options, ILogger<ConnectionLimit> logger)
{
    /// <summary>
    /// Files kept for everything else: assemblies that are loaded late, connections that are being closed.
    /// </summary>
    private const int SpareFiles = 64;

    // Asked for with the first connection: what the service needs itself is open by then, and files can still be
    // opened.
    private readonly Lazy<int> _mostByFiles = new(
        () => FreeFiles() is { } free ? Math.Max(1, free - Math.Min(SpareFiles, free / 2)) : int.MaxValue);

    private int _open;
    private bool _full;

    /// <summary>
    /// Counts a connection that has just been accepted; false where it is one too many and must be closed at once,
    /// before another is accepted.
    /// </summary>
    public bool TryOpen()
    {
        var most = Math.Min(options.Value.MaxConnections, _mostByFiles.Value);
        var open = Interlocked.Increment(ref _open);
        if (open <= most)
        {
            _full &= open > most / 2;
            return true;
        }

        Interlocked.Decrement(ref _open);
        // Said when it begins, and again only where half of the connections have gone in between.
        if (!Interlocked.Exchange(ref _full, true))
        {
            var byFiles = most < options.Value.MaxConnections;
            LogFull(most, byFiles ? "the limit of open files" : "Generation:MaxConnections");
        }

        return false;
    }

    /// <summary>Connection middleware that counts a connection no more when it has ended.</summary>
    public ConnectionDelegate Apply(ConnectionDelegate next) => async connection =>
    {
        try
        {
            await next(connection);
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }
    };

    /// <summary>
    /// Files that the process may open besides those that it has; null where the system does not tell.
    /// </summary>
    private static int? FreeFiles()
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        // Max open files            1024                 524288               files
        var limit = File.ReadLines("/proc/self/limits")
            .FirstOrDefault(line => line.StartsWith("Max open files", StringComparison.Ordinal));
        var soft = limit?.Split(' ', StringSplitOptions.RemoveEmptyEntries)[3];
        var open = Directory.EnumerateFileSystemEntries("/proc/self/fd").Count();
        return int.TryParse(soft, out var most) ? most - open : null;
    }

    [LoggerMessage(
        LogLevel.Warning, "{MostConnections} connections are open, the most by {Limit}; further ones are closed")]
    private partial void LogFull(int mostConnections, string limit);
}
