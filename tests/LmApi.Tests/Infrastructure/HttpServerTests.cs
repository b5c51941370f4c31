using System.Net;
using System.Text.RegularExpressions;
using LmApi.Generation;
using LmApi.Infrastructure;
using LmApi.Observability;
using LmApi.Tests.Support;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;
using Serilog.Events;

namespace LmApi.Tests.Infrastructure;

public sealed partial class HttpServerTests
{
    private static readonly string[] Read =
    [
        "/health/live", "/health/ready", "/model", "/", "/swagger", "/swagger/index.html", "/swagger/v1/swagger.json",
        "/swagger/swagger-ui.css", "/swagger/index.js", "/nothing", "/generate",
    ];

    [Fact]
    public async Task Head_is_answered_like_get_without_the_body()
    {
        await using var service = await LmServiceFixture.StartOnPortAsync();
        using var client = await RawClient.ConnectAsync(service);
        foreach (var path in Read)
        {
            await client.SendAsync(RawClient.Head("GET", path));
            var get = await client.ReadAnswerAsync();
            // Were there a body, the next answer would not be read.
            await client.SendAsync(RawClient.Head("HEAD", path));
            var head = await client.ReadAnswerAsync(hasBody: false);

            Assert.Equal((path, get.Status), (path, head.Status));
            Assert.All(
                ["Content-Type", "Location", "Allow", "Cache-Control", "Content-Security-Policy"],
                name => Assert.Equal(get.Headers[name], head.Headers[name]));
        }

        var line = await service.Logs.WaitForAsync("HEAD /model answered 200");
        Assert.Equal(LogEventLevel.Information, line.Level);
    }

    [Fact]
    public async Task Head_has_no_body_on_the_in_memory_test_server_either()
    {
        await using var service = await LmServiceFixture.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Head, "/model");
        using var response = await service.CreateClient().SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Empty(await response.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task A_path_that_allows_get_also_allows_head()
    {
        await using var service = await LmServiceFixture.StartAsync();
        using var response = await service.PostAsync("/model", new { });
        await response.ProblemAsync(405);
        Assert.Equal(["GET", "HEAD"], response.Content.Headers.Allow);
    }

    [Fact]
    public async Task Every_response_has_security_headers_and_does_not_name_the_server()
    {
        await using var service = await LmServiceFixture.StartOnPortAsync();
        using var client = await RawClient.ConnectAsync(service);
        string[] requests =
        [
            .. Read.Select(path => RawClient.Head("GET", path)),
            RawClient.Post("/generate", new { prompt = "a", max_tokens = 1 }),
            RawClient.Post("/generate", "{"),
            RawClient.Post("/tokenize", new { text = "a" }),
        ];
        foreach (var request in requests)
        {
            await client.SendAsync(request);
            var headers = (await client.ReadAnswerAsync()).Headers;
            Assert.Equal(["nosniff"], headers["X-Content-Type-Options"]);
            Assert.Equal(["DENY"], headers["X-Frame-Options"]);
            Assert.Equal(["no-referrer"], headers["Referrer-Policy"]);
            Assert.Contains(
                "frame-ancestors 'none'",
                Assert.Single(headers["Content-Security-Policy"]),
                StringComparison.Ordinal);
            Assert.Empty(headers["Server"]);
        }
    }

    /// <summary>A browser would not run an inline script, and would load nothing from elsewhere.</summary>
    [Fact]
    public async Task The_user_interface_complies_with_its_content_security_policy()
    {
        await using var service = await LmServiceFixture.StartAsync();
        using var response = await service.CreateClient().GetAsync(new Uri("/swagger/index.html", UriKind.Relative));
        var page = await response.Content.ReadAsStringAsync();
        var policy = Assert.Single(response.Headers.GetValues("Content-Security-Policy"));

        Assert.Contains("script-src 'self';", policy, StringComparison.Ordinal);
        Assert.All(
            Scripts().Matches(page),
            script => Assert.Matches(@"^<script src=""[^:""]+""[^>]*></script>$", script.Value));
        Assert.DoesNotMatch(@"\son\w+\s*=", page);
        Assert.DoesNotMatch(@"(src|href)=""(https?:)?//", page);
    }

    [Fact]
    public async Task Connections_beyond_the_limit_are_closed_and_logged_once()
    {
        await using var service = await LmServiceFixture.StartOnPortAsync(
            new() { ["Generation:MaxConnections"] = "2" }
        );
        using var first = await RawClient.ConnectAsync(service);
        using var second = await RawClient.ConnectAsync(service);
        await first.SendAsync(RawClient.Head("GET", "/health/live"));
        await second.SendAsync(RawClient.Head("GET", "/health/live"));
        Assert.Equal(200, (await first.ReadAnswerAsync()).Status);
        Assert.Equal(200, (await second.ReadAnswerAsync()).Status);

        for (var i = 0; i < 5; i++)
        {
            using var more = await RawClient.ConnectAsync(service);
            Assert.Equal("", await more.ReadToEndAsync());
        }

        var line = Assert.Single(service.Logs.Events, e => e.Level > LogEventLevel.Information);
        Assert.Contains(
            "2 connections are open, the maximum of Generation:MaxConnections",
            LogSink.Said(line),
            StringComparison.Ordinal);

        await second.SendAsync(RawClient.Head("GET", "/health/live", "Connection: close"));
        await second.ReadToEndAsync();
        // Closed for the client, and a little later for the service.
        while (!await IsServedAsync(service))
        {
        }
    }

    [Fact]
    public async Task A_service_that_cannot_accept_connections_stops_with_exit_code_1()
    {
        try
        {
            Assert.Equal(1, await Startup.RunAsync(["--urls=http://127.0.0.1:0"], builder =>
            {
                builder.AddLogs();
                builder.AddLifecycle();
                builder.AddHttpServer();
                builder.AddGeneration();
                builder.Services.AddSingleton(TimeProvider.System);
                builder.Services.AddSingleton<IConnectionListenerFactory, BrokenListener>();
                return builder.Build();
            }, Logs.WithoutService));
        }
        finally
        {
            Environment.ExitCode = 0;
        }
    }

    private static async Task<bool> IsServedAsync(LmServiceFixture service)
    {
        using var client = await RawClient.ConnectAsync(service);
        return await client.TrySendAsync(RawClient.Head("GET", "/health/live", "Connection: close"))
            && (await client.ReadToEndAsync()).StartsWith("HTTP/1.1 200", StringComparison.Ordinal);
    }

    [GeneratedRegex("<script.*?</script>", RegexOptions.Singleline)]
    private static partial Regex Scripts();

    /// <summary>Binds, and then cannot accept, as where memory is short.</summary>
    private sealed class BrokenListener : IConnectionListenerFactory, IConnectionListener
    {
        public EndPoint EndPoint { get; private set; } = null!;

        public ValueTask<IConnectionListener> BindAsync(
            EndPoint endpoint,
            CancellationToken cancellationToken = default)
        {
            EndPoint = endpoint;
            return new(this);
        }

        public ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default) =>
            throw new InvalidOperationException("There is no memory for a connection.");

        public ValueTask UnbindAsync(CancellationToken cancellationToken = default) => ValueTask.CompletedTask;

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
