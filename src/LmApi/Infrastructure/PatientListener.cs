using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;

namespace LmApi.Infrastructure;

/// <summary>
/// Listens like Kestrel's own factory, with two differences. It closes a connection that exceeds the limit before it
/// accepts the next one. And when the system cannot accept a connection, for lack of files or buffers, Kestrel's
/// factory retries at once and silently, which occupies a processor until a file is closed; this one logs a warning, at
/// most once per minute, and waits.
/// </summary>
internal sealed class PatientListenerFactory(
    IOptions<SocketTransportOptions> options, ConnectionLimit limit, TimeProvider time, ILoggerFactory logs)
    : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    private readonly SocketTransportFactory _kestrels = new(options, logs);

    public bool CanBind(EndPoint endpoint) => _kestrels.CanBind(endpoint);

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        var settings = options.Value;
        Socket socket;
        try
        {
            socket = settings.CreateBoundListenSocket(endpoint);
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            throw new AddressInUseException(exception.Message, exception);
        }

        socket.Listen(settings.Backlog);
        var connections = new SocketConnectionContextFactory(
            new()
            {
                IOQueueCount = settings.IOQueueCount,
                MaxReadBufferSize = settings.MaxReadBufferSize,
                MaxWriteBufferSize = settings.MaxWriteBufferSize,
                WaitForDataBeforeAllocatingBuffer = settings.WaitForDataBeforeAllocatingBuffer,
                UnsafePreferInlineScheduling = settings.UnsafePreferInlineScheduling,
            },
            logs.CreateLogger<SocketConnectionContextFactory>());
        var logger = logs.CreateLogger<PatientListener>();
        return new(new PatientListener(socket, connections, settings.NoDelay, limit, time, logger));
    }
}

/// <summary>One socket that connections come from.</summary>
internal sealed partial class PatientListener(
    Socket socket,
    SocketConnectionContextFactory connections,
    bool noDelay,
    ConnectionLimit limit,
    TimeProvider time,
    ILogger<PatientListener> logger) : IConnectionListener
{
    /// <summary>
    /// Send buffer for answers that the client does not read (Linux doubles it). By default it grows to megabytes per
    /// connection, which count as memory of the container.
    /// </summary>
    private const int SendBufferBytes = 64 * 1024;

    private static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan Quiet = TimeSpan.FromMinutes(1);

    private readonly CancellationTokenSource _unbound = new();
    private long? _logged;

    public EndPoint EndPoint { get; } = socket.LocalEndPoint!;

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (true)
        {
            try
            {
                var accepted = await socket.AcceptAsync(cancellationToken);
                if (!limit.TryOpen())
                {
                    accepted.Dispose();
                    continue;
                }

                accepted.SendBufferSize = SendBufferBytes;
                if (accepted.LocalEndPoint is IPEndPoint)
                {
                    accepted.NoDelay = noDelay;
                }

                return connections.Create(accepted);
            }
            catch (Exception) when (_unbound.IsCancellationRequested)
            {
                return null;
            }
            catch (SocketException exception) when (IsGone(exception))
            {
                // Its client left before it was accepted.
            }
            catch (SocketException exception)
            {
                if (_logged is not { } logged || time.GetElapsedTime(logged) >= Quiet)
                {
                    _logged = time.GetTimestamp();
                    LogFails(exception.Message, Rest.TotalMilliseconds);
                }

                await Task.Delay(Rest, time, _unbound.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    public async ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        await _unbound.CancelAsync();
        socket.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        await UnbindAsync();
        connections.Dispose();
    }

    private static bool IsGone(SocketException exception) =>
        exception.SocketErrorCode is SocketError.ConnectionReset or SocketError.ConnectionAborted;

    [LoggerMessage(
        LogLevel.Error, "No connection can be accepted: {Reason}; trying again every {Milliseconds} ms")]
    private partial void LogFails(string reason, double milliseconds);
}
