using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace LmApi.Tests.Support;

/// <summary>
/// A client on a bare TCP socket, for what <see cref="HttpClient"/> cannot be made to do: send half a request,
/// malformed or pipelined ones, hold a body, never read, leave in the middle with FIN or RST. Loopback only.
/// <code>
/// await using var service = await LmServiceFixture.StartOnPortAsync();
/// using var client = await RawClient.ConnectAsync(service);
/// await client.SendAsync(RawClient.PostHead("/generate", contentLength: 100) + "{\"prompt\":");
/// var answer = await client.ReadAnswerAsync();        // the next response: status, headers, body
/// var all = await client.ReadToEndAsync();            // everything until the service closes or resets
/// client.FinishSending();                             // FIN: nothing more will be sent
/// client.Reset();                                     // RST: as when a process is killed
/// </code>
/// Every wait ends after <see cref="Patience"/>, which only keeps a fault from hanging the tests.
/// </summary>
internal sealed class RawClient : IDisposable
{
    /// <summary>The longest that a test waits for the service, however busy the machine is.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly Socket _socket;
    private readonly List<byte> _received = [];
    private readonly byte[] _buffer = new byte[16384];

    private RawClient(Socket socket) => _socket = socket;

    /// <summary>The service ended the connection with RST rather than FIN.</summary>
    public bool WasReset { get; private set; }

    /// <param name="service">Started with <see cref="LmServiceFixture.StartOnPortAsync"/>.</param>
    /// <param name="receiveBytes">
    /// The socket's receive buffer; a small one makes a client that does not read hold the service up early. Null is
    /// the system's default.
    /// </param>
    public static Task<RawClient> ConnectAsync(LmServiceFixture service, int? receiveBytes = null) =>
        ConnectAsync(service.ClientOptions.BaseAddress, receiveBytes);

    /// <inheritdoc cref="ConnectAsync(LmServiceFixture, int?)"/>
    public static async Task<RawClient> ConnectAsync(Uri address, int? receiveBytes = null)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        if (receiveBytes is { } bytes)
        {
            // Before connecting: the window that is announced then never shrinks.
            socket.ReceiveBufferSize = bytes;
        }

        await socket.ConnectAsync(IPAddress.Loopback, address.Port).WaitAsync(Patience);
        return new(socket);
    }

    /// <summary>Request line and headers, with <c>Host</c>, up to and including the empty line.</summary>
    public static string Head(string method, string target, params string[] headers) =>
        string.Join("\r\n", [$"{method} {target} HTTP/1.1", "Host: localhost", .. headers, "", ""]);

    /// <summary>The head of a request with a JSON body of so many bytes, which are sent separately, or not.</summary>
    public static string PostHead(string target, long contentLength, params string[] headers) =>
        Head("POST", target, ["Content-Type: application/json", $"Content-Length: {contentLength}", .. headers]);

    /// <summary>A whole request with a JSON body.</summary>
    /// <param name="target">The path.</param>
    /// <param name="body">JSON as a string, or an object to be written as JSON.</param>
    /// <param name="headers">More headers.</param>
    public static string Post(string target, object body, params string[] headers)
    {
        var json = body as string ?? JsonSerializer.Serialize(body);
        return PostHead(target, Encoding.UTF8.GetByteCount(json), headers) + json;
    }

    /// <summary>Sends a text as UTF-8.</summary>
    public Task SendAsync(string text) => SendAsync(Encoding.UTF8.GetBytes(text));

    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!bytes.IsEmpty)
        {
            bytes = bytes[await _socket.SendAsync(bytes, patience.Token)..];
        }
    }

    /// <summary>Sends as much as the service takes; false if it has closed the connection.</summary>
    public async Task<bool> TrySendAsync(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            await SendAsync(bytes);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <inheritdoc cref="TrySendAsync(ReadOnlyMemory{byte})"/>
    public Task<bool> TrySendAsync(string text) => TrySendAsync(Encoding.UTF8.GetBytes(text));

    /// <summary>The next response, whole, to anything but HEAD. Interim responses (1xx) are skipped.</summary>
    /// <param name="hasBody">False for the answer to a HEAD request.</param>
    /// <exception cref="EndOfStreamException">The connection ended before; the message has what came.</exception>
    public async Task<RawAnswer> ReadAnswerAsync(bool hasBody = true)
    {
        while (true)
        {
            var head = Encoding.Latin1.GetString(await TakeToAsync("\r\n\r\n"u8.ToArray()));
            var lines = head.Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
            var status = int.Parse(lines[0].Split(' ')[1], CultureInfo.InvariantCulture);
            if (status < 200)
            {
                continue;
            }

            var headers = lines[1..].Select(l => l.Split(": ", 2))
                .ToLookup(h => h[0], h => h[1], StringComparer.OrdinalIgnoreCase);
            var body = !hasBody || status is 204 or 304 ? [] : await TakeBodyAsync(headers);
            return new(status, headers, body);
        }
    }

    /// <summary>Reads until so many bytes have come, and keeps them for what reads after it.</summary>
    /// <exception cref="EndOfStreamException">The connection ended before; the message has what came.</exception>
    public async Task WaitForAsync(int bytes)
    {
        while (_received.Count < bytes)
        {
            await RequireMoreAsync();
        }
    }

    /// <summary>Reads until a text has come, and keeps everything for what reads after it.</summary>
    /// <returns>Where the text begins.</returns>
    /// <exception cref="EndOfStreamException">The connection ended before; the message has what came.</exception>
    public async Task<int> WaitForTextAsync(string text, int from)
    {
        int at;
        while ((at = Encoding.UTF8.GetString([.. _received]).IndexOf(text, from, StringComparison.Ordinal)) < 0)
        {
            await RequireMoreAsync();
        }

        return at;
    }

    /// <summary>All that comes until the service closes the connection or resets it, <see cref="WasReset"/>.</summary>
    public async Task<string> ReadToEndAsync()
    {
        while (await ReceiveAsync())
        {
        }

        return Encoding.UTF8.GetString([.. _received]);
    }

    /// <summary>Sends FIN: the service may still answer.</summary>
    public void FinishSending() => _socket.Shutdown(SocketShutdown.Send);

    /// <inheritdoc cref="FinishSending"/>
    /// <returns>False if the service has reset the connection.</returns>
    public bool TryFinishSending()
    {
        try
        {
            FinishSending();
            return true;
        }
        catch (SocketException)
        {
            WasReset = true;
            return false;
        }
    }

    /// <summary>Ends the connection with RST, whatever is still under way.</summary>
    public void Reset()
    {
        _socket.LingerState = new(enable: true, seconds: 0);
        _socket.Dispose();
    }

    public void Dispose() => _socket.Dispose();

    private async Task<byte[]> TakeBodyAsync(ILookup<string, string> headers)
    {
        if (headers["Content-Length"].SingleOrDefault() is { } length)
        {
            return await TakeAsync(int.Parse(length, CultureInfo.InvariantCulture));
        }

        if (!headers["Transfer-Encoding"].Contains("chunked"))
        {
            await ReadToEndAsync();
            return await TakeAsync(_received.Count);
        }

        var body = new List<byte>();
        while (true)
        {
            var line = Encoding.ASCII.GetString(await TakeToAsync("\r\n"u8.ToArray())).Trim();
            var size = int.Parse(line, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            body.AddRange((await TakeAsync(size + 2)).AsSpan(0, size));
            if (size == 0)
            {
                return [.. body];
            }
        }
    }

    private async Task<byte[]> TakeToAsync(byte[] end)
    {
        while (true)
        {
            var at = _received.ToArray().AsSpan().IndexOf(end);
            if (at >= 0)
            {
                return await TakeAsync(at + end.Length);
            }

            await RequireMoreAsync();
        }
    }

    private async Task<byte[]> TakeAsync(int count)
    {
        await WaitForAsync(count);
        var taken = _received.GetRange(0, count).ToArray();
        _received.RemoveRange(0, count);
        return taken;
    }

    private async Task RequireMoreAsync()
    {
        if (!await ReceiveAsync())
        {
            throw new EndOfStreamException(
                (WasReset ? "The connection was reset" : "The connection was closed")
                + $" after '{Encoding.UTF8.GetString([.. _received])}'.");
        }
    }

    private async Task<bool> ReceiveAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            var count = await _socket.ReceiveAsync(_buffer, patience.Token);
            _received.AddRange(_buffer.AsSpan(0, count));
            return count > 0;
        }
        catch (SocketException)
        {
            WasReset = true;
            return false;
        }
    }
}

/// <summary>One HTTP response as it was sent, chunks joined.</summary>
internal sealed record RawAnswer(int Status, ILookup<string, string> Headers, byte[] Body)
{
    public string Text => Encoding.UTF8.GetString(Body);

    /// <summary>The problem's code, of an answer that must be a problem.</summary>
    public string Code
    {
        get
        {
            Assert.Equal("application/problem+json", Headers["Content-Type"].Single());
            using var problem = JsonDocument.Parse(Body);
            Assert.Equal(Status, problem.RootElement.GetProperty("status").GetInt32());
            return problem.RootElement.Text("code");
        }
    }
}
