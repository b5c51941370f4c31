using System.Net;
using System.Net.Sockets;

namespace LmPage.Tests.Support;

/// <summary>
/// Passes connections on to a service, and cuts the one whose answer is an event stream, once, in the middle.
/// </summary>
internal sealed class CuttingRelay : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly Uri _service;
    private readonly int _bytes;
    private readonly Task _accepting;
    private int _streams;

    /// <param name="service">Where connections lead.</param>
    /// <param name="bytes">How much of the stream passes.</param>
    public CuttingRelay(Uri service, int bytes)
    {
        (_service, _bytes) = (service, bytes);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/");

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _accepting;
        _listener.Dispose();
        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        var connections = new List<Task>();
        try
        {
            while (true)
            {
                connections.Add(RelayAsync(await _listener.AcceptTcpClientAsync(_end.Token)));
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task RelayAsync(TcpClient client)
    {
        using var inside = client;
        using var outside = new TcpClient();
        try
        {
            await outside.ConnectAsync(_service.Host, _service.Port, _end.Token);
            var up = inside.GetStream().CopyToAsync(outside.GetStream(), _end.Token);
            var down = DownAsync(outside.GetStream(), inside.GetStream());
            await Task.WhenAny(up, down);
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
        {
            // Either side may leave at any time.
        }
    }

    private async Task DownAsync(NetworkStream from, NetworkStream to)
    {
        var buffer = new byte[1024];
        var left = int.MaxValue;
        while (await from.ReadAsync(buffer, _end.Token) is > 0 and var read)
        {
            var isStream = buffer.AsSpan(0, read).IndexOf("Content-Type: text/event-stream"u8) >= 0;
            if (isStream && Interlocked.Increment(ref _streams) == 1)
            {
                left = _bytes;
            }

            await to.WriteAsync(buffer.AsMemory(0, Math.Min(read, left)), _end.Token);
            left -= Math.Min(read, left);
            if (left == 0)
            {
                return;
            }
        }
    }
}
