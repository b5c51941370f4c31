using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using LmApi.Infrastructure;

namespace LmApi.Health;

/// <summary>
/// <c>LmApi --health</c>: asks the service on this machine whether it is ready and exits with 0 or 1, so that a
/// container without a shell or curl can check itself. No model is loaded. All other arguments and configuration are
/// read as the service reads them.
/// </summary>
internal static class HealthProbe
{
    private const string Argument = "--health";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    public static bool IsAskedFor(string[] args) => args.Contains(Argument);

    /// <summary>Writes one line with the address and the result.</summary>
    /// <param name="args">The command line.</param>
    /// <param name="patience">How long to wait for the answer; null for 3 s.</param>
    /// <returns>The exit code: 0 if the service is ready.</returns>
    public static async Task<int> RunAsync(string[] args, TimeSpan? patience = null)
    {
        BindingAddress? address = null;
        try
        {
            var configuration = Startup.CreateBuilder([.. args.Where(arg => arg != Argument)]).Configuration;
            address = ServerAddresses.Of(configuration).MaxBy(a => a.Scheme == Uri.UriSchemeHttp)!;
            var status = await AskAsync(address, patience ?? Patience);
            Console.WriteLine($"{address} answers {(int)status} to {HealthApi.ReadyPath}");
            return status == HttpStatusCode.OK ? 0 : 1;
        }
        catch (Exception exception)
        {
            var where = address is null ? "" : $"{address}: ";
            Console.Error.WriteLine($"Not healthy: {where}{Startup.Reason(exception)}");
            return 1;
        }
    }

    [SuppressMessage("Security", "CA5359", Justification = "The certificate is issued for the name that clients use.")]
    private static async Task<HttpStatusCode> AskAsync(BindingAddress address, TimeSpan patience)
    {
        var endPoint = EndPointOf(address);
        using var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            ConnectCallback = (_, cancellation) => ConnectAsync(endPoint, cancellation),
            SslOptions = { RemoteCertificateValidationCallback = (_, _, _, _) => true },
        };
        using var client = new HttpClient(handler) { Timeout = patience };
        var uri = new Uri($"{address.Scheme}://localhost:{address.Port}{HealthApi.ReadyPath}");
        using var response = await client.GetAsync(uri, HttpCompletionOption.ResponseHeadersRead);
        return response.StatusCode;
    }

    /// <summary>
    /// Where the server listens, seen from this machine. A name other than an IP address is every address to it.
    /// </summary>
    private static EndPoint EndPointOf(BindingAddress address)
    {
        if (address.IsUnixPipe)
        {
            return new UnixDomainSocketEndPoint(address.UnixPipePath);
        }

        if (address.Port == 0)
        {
            throw new InvalidOperationException("The system chose the port, so it is not known.");
        }

        var loopback = Socket.OSSupportsIPv4 ? IPAddress.Loopback : IPAddress.IPv6Loopback;
        var isOne =
            IPAddress.TryParse(address.Host, out var ip) && !ip.Equals(IPAddress.Any) && !ip.Equals(IPAddress.IPv6Any);
        return new IPEndPoint(isOne ? ip! : loopback, address.Port);
    }

    private static async ValueTask<Stream> ConnectAsync(EndPoint endPoint, CancellationToken cancellation)
    {
        var protocol = endPoint is IPEndPoint ? ProtocolType.Tcp : ProtocolType.Unspecified;
        var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, protocol);
        try
        {
            await socket.ConnectAsync(endPoint, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
