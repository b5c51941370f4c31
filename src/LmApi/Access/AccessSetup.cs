using LmApi.Infrastructure;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace LmApi.Access;

/// <summary>Registers keys, limits, trusted proxies and other origins.</summary>
internal static partial class AccessSetup
{
    private static readonly string[] ReadableByPages =
        ["Generation-Seed", HeaderNames.RetryAfter, "RateLimit", "RateLimit-Policy"];

    public static void AddAccess(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<AccessOptions>()
            .BindConfiguration(AccessOptions.Section)
            .ValidateDataAnnotations()
            .ValidateOnStart();
        builder.Services.AddHttpContextAccessor();
        builder.Services.AddCors();
        builder.Services.AddSingleton<AddressQuotas>();
        builder.Services.AddSingleton<KeyRing>();
        builder.Services.AddHostedService(services => services.GetRequiredService<KeyRing>());
    }

    /// <summary>Believes trusted proxies, and answers pages of other origins. Before everything that fails.</summary>
    public static void UseOrigins(this WebApplication app)
    {
        var options = app.Services.GetRequiredService<IOptions<AccessOptions>>().Value;
        if (options.TrustedProxies.Length > 0)
        {
            var forwarded = new ForwardedHeadersOptions
            {
                ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto,
                ForwardLimit = null,
            };
            forwarded.KnownProxies.Clear();
            forwarded.KnownIPNetworks.Clear();
            foreach (var network in options.TrustedNetworks())
            {
                forwarded.KnownIPNetworks.Add(network);
            }

            app.UseForwardedHeaders(forwarded);
        }

        if (options.AllowedOrigins.Length > 0)
        {
            // Keys are in headers, which a page has to know: nothing that a browser sends by itself gives access.
            app.UseCors(policy => policy
                .WithOrigins(options.AllowedOrigins)
                .WithMethods(HttpMethods.Get, HttpMethods.Post)
                .AllowAnyHeader()
                .WithExposedHeaders(ReadableByPages)
                .SetPreflightMaxAge(TimeSpan.FromHours(1)));
        }
    }

    /// <summary>Requires keys and applies limits. After routing, which knows the endpoint.</summary>
    public static void UseAccess(this WebApplication app)
    {
        app.UseMiddleware<AccessMiddleware>();
        if (app.Services.GetRequiredService<KeyRing>().IsOn)
        {
            return;
        }

        var open = ServerAddresses.Of(app.Configuration).Where(address => !IsLocal(address)).ToList();
        if (open.Count > 0)
        {
            LogOpen(app.Logger, string.Join(", ", open));
        }
    }

    private static bool IsLocal(BindingAddress address) =>
        address.IsUnixPipe
        || address.IsNamedPipe
        || address.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (System.Net.IPAddress.TryParse(address.Host, out var ip) && System.Net.IPAddress.IsLoopback(ip));

    [LoggerMessage(
        LogLevel.Warning,
        "Whoever reaches {Addresses} can use this service: it needs no API key. Access:KeysFile changes that")]
    private static partial void LogOpen(ILogger logger, string addresses);
}
