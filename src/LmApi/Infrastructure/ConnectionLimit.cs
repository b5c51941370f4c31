using LmApi.Infrastructure.Bodies;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;

namespace LmApi.Infrastructure;

/// <summary>
/// Limits the connections to <see cref="HttpLimits.MaxConnections"/> and by the number of files that the process may
/// open: if no file can be opened, the runtime may fail to start a thread, which ends the process.
/// </summary>
internal sealed partial class ConnectionLimit(IOptions<HttpLimits> options, ILogger<ConnectionLimit> logger)
{
    /// <summary>
    /// Files reserved for everything else: assemblies that are loaded late, connections that are being closed.
    /// </summary>
    private const int SpareFiles = 64;

    // Determined at the first connection: what the service itself needs is open by then, and files can still be opened.
    private readonly Lazy<int> _mostByFiles = new(
        () => FreeFiles() is { } free ? Math.Max(1, free - Math.Min(SpareFiles, free / 2)) : int.MaxValue);

    private int _open;
    private bool _full;

    /// <summary>
    /// Counts a connection that has just been accepted; false if it exceeds the limit and must be closed at once,
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
        // Logged when the limit is reached, and again only if half of the connections have closed in between.
        if (!Interlocked.Exchange(ref _full, true))
        {
            var byFiles = most < options.Value.MaxConnections;
            LogFull(most, byFiles ? "the limit of open files" : "Generation:MaxConnections");
        }

        return false;
    }

    /// <summary>Connection middleware that stops counting a connection when it has ended.</summary>
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
    /// Number of further files that the process may open; null if the system does not report it.
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
        LogLevel.Warning, "{MostConnections} connections are open, the maximum of {Limit}; further ones are closed")]
    private partial void LogFull(int mostConnections, string limit);
}
