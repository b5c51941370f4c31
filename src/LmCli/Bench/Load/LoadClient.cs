using System.Net.Sockets;
using LmCli.Bench.Measures;

namespace LmCli.Bench.Load;

/// <summary>One connection, kept alive, that asks for one stream after another.</summary>
internal sealed class LoadClient(TimeProvider time, IStreamCounter events) : IDisposable
{
    // Whatever has arrived in one read: fewer reads are fewer system calls.
    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(64 * 1024, pinned: true);
    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly StreamedResponse _response = new(events);

    /// <exception cref="IOException">Nothing listens at that address.</exception>
    public async Task ConnectAsync(Uri url, CancellationToken cancellation)
    {
        try
        {
            await _socket.ConnectAsync(url.Host, url.Port, cancellation).ConfigureAwait(false);
        }
        catch (SocketException e)
        {
            throw new IOException($"{url} cannot be reached: {e.Message}.", e);
        }
    }

    /// <param name="request">The bytes to send.</param>
    /// <param name="times">Receives when the tokens came.</param>
    /// <returns>Tokens of the prompt, as the service counts them.</returns>
    /// <exception cref="IOException">The connection breaks.</exception>
    /// <exception cref="InvalidDataException">The answer is an error, or is not what it says it is.</exception>
    public async Task<int> GenerateAsync(ReadOnlyMemory<byte> request, StreamTimes times)
    {
        _response.Reset();
        try
        {
            times.Begin(time.GetTimestamp());
            await _socket.SendAsync(request).ConfigureAwait(false);
            while (!_response.Complete)
            {
                var received = await _socket.ReceiveAsync(_buffer).ConfigureAwait(false);
                if (received == 0)
                {
                    throw new IOException($"The service closed a connection after {events.Tokens} tokens.");
                }

                var before = events.Tokens;
                _response.Feed(_buffer.AsSpan(0, received));
                if (events.Tokens > before)
                {
                    times.Arrived(events.Tokens - before, time.GetTimestamp());
                }
            }
        }
        catch (SocketException e)
        {
            throw new IOException($"A connection broke after {events.Tokens} tokens: {e.Message}.", e);
        }

        var (prompt, completion) = events.Finish();
        if (completion > events.Tokens)
        {
            // Their texts came with those of later tokens.
            times.Arrived(completion - events.Tokens, time.GetTimestamp());
        }

        return prompt;
    }

    public void Dispose() => _socket.Dispose();
}
