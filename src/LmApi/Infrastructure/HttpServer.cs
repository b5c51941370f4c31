using LmApi.Infrastructure.Bodies;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Serilog.Core;

namespace LmApi.Infrastructure;

/// <summary>Configures HTTP for all endpoints.</summary>
internal static class HttpServer
{
    /// <summary>Limit of received but unread bytes for each connection, with room for the longest headers.</summary>
    private const int RequestBufferBytes = 64 * 1024;

    /// <summary>Nothing is loaded, run or framed: answers are data.</summary>
    private const string NoContent = "default-src 'none'; frame-ancestors 'none'";

    /// <summary>
    /// What Swagger UI needs: its own scripts and styles, the inline styles that it sets, images in the page.
    /// </summary>
    private const string SwaggerContent =
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
        + "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    public static void AddHttpServer(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<HttpLimits>()
            .BindConfiguration(HttpLimits.Section)
            .ValidateDataAnnotations()
            .ValidateOnStart();
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(new Chance());
        builder.Services.AddSingleton<ConnectionLimit>();
        builder.Services.AddSingleton<BodyReader>();
        builder.Services.Configure<SocketTransportOptions>(sockets => sockets.MaxReadBufferSize = RequestBufferBytes);
        builder.Services.AddSingleton<ILogEventSink, ListenerWatch>();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            var connections = kestrel.ApplicationServices.GetRequiredService<ConnectionLimit>();
            kestrel.ConfigureEndpointDefaults(endpoint => endpoint.Use(connections.Apply));
            kestrel.AddServerHeader = false;
            // BodyReader limits the size of bodies; a second limit in the server would be redundant.
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MaxRequestBufferSize = RequestBufferBytes;
            // What an operator sets comes last: Kestrel itself reads endpoints and certificates from this section only.
            builder.Configuration.GetSection("Kestrel").Bind(kestrel);
        });
        // After Kestrel's own, so that it comes before it.
        builder.Services.AddSingleton<IConnectionListenerFactory, PatientListenerFactory>();
    }

    public static void UseSecurityHeaders(this WebApplication app) => app.Use((http, next) =>
    {
        var headers = http.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers.ContentSecurityPolicy = http.Request.Path.StartsWithSegments("/swagger") ? SwaggerContent : NoContent;
        headers["Referrer-Policy"] = "no-referrer";
        return next(http);
    });

    /// <summary>Answers HEAD as GET, without the body, wherever GET is answered.</summary>
    public static void UseHead(this WebApplication app) => app.Use(async (http, next) =>
    {
        if (!HttpMethods.IsHead(http.Request.Method))
        {
            await next(http);
            return;
        }

        var body = http.Response.Body;
        http.Request.Method = HttpMethods.Get;
        http.Response.Body = Stream.Null;
        try
        {
            await next(http);
        }
        finally
        {
            http.Request.Method = HttpMethods.Head;
            http.Response.Body = body;
        }
    });
}
