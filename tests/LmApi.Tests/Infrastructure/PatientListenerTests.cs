using System.Net;
using System.Net.Sockets;
using LmApi.Infrastructure;
using LmApi.Infrastructure.Bodies;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace LmApi.Tests.Infrastructure;

public sealed class PatientListenerTests
{
    [Fact]
    public async Task A_listener_without_connections_waits_between_its_attempts_and_logs_once_a_minute()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "accept fails on a socket that was shut down");
        var (time, log) = (new FakeTimeProvider(), new CountingLogger());
        using var socket = Listen();
        await using var listener = new PatientListener(
            socket,
            new(new(), NullLogger.Instance),
            noDelay: true,
            Limit(),
            time,
            log);
        socket.Shutdown(SocketShutdown.Both);

        var accepting = listener.AcceptAsync(TestContext.Current.CancellationToken).AsTask();
        await log.LoggedAsync();
        for (var i = 0; i < 100; i++)
        {
            time.Advance(TimeSpan.FromMilliseconds(100));
        }

        Assert.Equal((1, false), (log.Count, accepting.IsCompleted));
        while (log.Count == 1)
        {
            time.Advance(TimeSpan.FromMinutes(1));
            await Task.Yield();
        }

        Assert.Equal((2, false), (log.Count, accepting.IsCompleted));
    }

    [Fact]
    public async Task An_unbound_listener_accepts_no_more_connections()
    {
        using var socket = Listen();
        await using var listener = new PatientListener(
            socket,
            new(new(), NullLogger.Instance),
            noDelay: true,
            Limit(),
            new FakeTimeProvider(),
            NullLogger<PatientListener>.Instance);
        var accepting = listener.AcceptAsync(TestContext.Current.CancellationToken);
        await listener.UnbindAsync(TestContext.Current.CancellationToken);
        Assert.Null(await accepting);
    }

    [Fact]
    public async Task Unix_sockets_and_addresses_in_use_behave_as_with_the_listener_of_kestrel()
    {
        var factory = new PatientListenerFactory(
            Options.Create(new SocketTransportOptions()), Limit(), new FakeTimeProvider(), NullLoggerFactory.Instance);
        using var other = Listen();
        await Assert.ThrowsAsync<Microsoft.AspNetCore.Connections.AddressInUseException>(
            () => factory.BindAsync(other.LocalEndPoint!, TestContext.Current.CancellationToken).AsTask());

        var path = Path.Combine(Directory.CreateTempSubdirectory("lm-socket-").FullName, "lm.sock");
        Assert.True(factory.CanBind(new UnixDomainSocketEndPoint(path)));
        await using (
            var listener = await factory.BindAsync(
                new UnixDomainSocketEndPoint(path),
                TestContext.Current.CancellationToken))
        {
            using var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            var accepting = listener.AcceptAsync(TestContext.Current.CancellationToken);
            await client.ConnectAsync(new UnixDomainSocketEndPoint(path));
            await using var connection = await accepting;
            Assert.NotNull(connection);
        }

        Directory.GetParent(path)!.Delete(recursive: true);
    }

    private static ConnectionLimit Limit() =>
        new(Options.Create(new HttpLimits()), NullLogger<ConnectionLimit>.Instance);

    private static Socket Listen()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        socket.Listen();
        return socket;
    }

    private sealed class CountingLogger : ILogger<PatientListener>
    {
        private readonly TaskCompletionSource _logged = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _count;

        public int Count => Volatile.Read(ref _count);

        public Task LoggedAsync() => _logged.Task;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            Interlocked.Increment(ref _count);
            _logged.TrySetResult();
        }
    }
}
