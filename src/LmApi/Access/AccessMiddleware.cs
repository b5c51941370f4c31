using System.Diagnostics;
using System.Globalization;
using LmApi.Infrastructure.Problems;
using Microsoft.AspNetCore.Authorization;
using Serilog;

namespace LmApi.Access;

/// <summary>
/// Lets a request pass that has a key, where one is needed, and is within the limits of its address and of its key.
/// What is not explicitly open is closed. <see cref="ProblemMiddleware"/> answers the others.
/// </summary>
internal sealed class AccessMiddleware(
    RequestDelegate next, KeyRing keys, AddressQuotas addresses, IDiagnosticContext log, TimeProvider time)
{
    /// <summary>Names the key in traces; the name, never the key.</summary>
    private const string KeyTag = "lmservice.key.name";

    public Task InvokeAsync(HttpContext http)
    {
        if (IsOpen(http))
        {
            return next(http);
        }

        // The address comes first, so that whoever tries keys is limited too.
        var address = addresses.Of(http.Connection.RemoteIpAddress);
        http.Response.OnStarting(static state => WriteFields((HttpContext)state), http);
        http.Features.Set(new Caller(null, address, Quotas.None, time));
        Caller.TakeRequest(address.Requests);
        if (keys.IsOn)
        {
            var known = Authenticate(http.Request.Headers);
            Activity.Current?.SetTag(KeyTag, known.Key.Name);
            log.Set("Key", known.Key.Name);
            http.Features.Set(new Caller(known.Key, address, known.Quotas, time));
            Caller.TakeRequest(known.Quotas.Requests);
        }

        return next(http);
    }

    /// <summary>Probes, and the documentation, which a browser has to load before it can ask for a key.</summary>
    private static bool IsOpen(HttpContext http) =>
        http.GetEndpoint()?.Metadata.GetMetadata<IAllowAnonymous>() is not null
        || http.Request.Path.StartsWithSegments("/swagger");

    /// <exception cref="ProblemException">401.</exception>
    private KnownKey Authenticate(IHeaderDictionary headers)
    {
        if (KeyOf(headers) is not { } text)
        {
            throw Unauthorized("An API key is needed: send Authorization: Bearer KEY, or x-api-key: KEY.", "Bearer");
        }

        const string invalid = "Bearer error=\"invalid_token\"";
        var known = keys.Find(text) ?? throw Unauthorized("The API key is unknown, or it was revoked.", invalid);
        return known.Key.Expires is { } end && end <= time.GetUtcNow()
            ? throw Unauthorized(
                string.Create(CultureInfo.InvariantCulture, $"The API key expired at {end.UtcDateTime:u}."), invalid)
            : known;
    }

    /// <summary>The scheme of <c>Authorization</c> is written in any case (RFC 9110, 11.1).</summary>
    private static string? KeyOf(IHeaderDictionary headers)
    {
        const string scheme = "Bearer ";
        var authorization = headers.Authorization.ToString();
        var key = authorization.StartsWith(scheme, StringComparison.OrdinalIgnoreCase)
            ? authorization[scheme.Length..].Trim()
            : headers["x-api-key"].ToString().Trim();
        return key.Length > 0 ? key : null;
    }

    private static ProblemException Unauthorized(string detail, string challenge) =>
        new(ProblemKind.Unauthorized.With(detail) with { Challenge = challenge });

    /// <summary>
    /// <c>RateLimit-Policy</c> and <c>RateLimit</c> of draft-ietf-httpapi-ratelimit-headers-10, when the answer begins:
    /// what it may cost has been charged by then.
    /// </summary>
    private static Task WriteFields(HttpContext http)
    {
        if (http.Features.Get<Caller>()?.Quotas.ToList() is { Count: > 0 } quotas)
        {
            var invariant = CultureInfo.InvariantCulture;
            http.Response.Headers["RateLimit-Policy"] = string.Join(
                ", ", quotas.Select(q => string.Create(invariant, $"\"{q.Name}\";q={q.PerMinute};w=60")));
            http.Response.Headers["RateLimit"] = string.Join(", ", quotas.Select(q =>
            {
                var (left, untilFull) = q.Status;
                return string.Create(invariant, $"\"{q.Name}\";r={left};t={Math.Ceiling(untilFull.TotalSeconds)}");
            }));
        }

        return Task.CompletedTask;
    }
}
