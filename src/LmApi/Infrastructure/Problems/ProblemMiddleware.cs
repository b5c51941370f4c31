using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using LmApi.Infrastructure.Json;
using Microsoft.AspNetCore.Connections;

namespace LmApi.Infrastructure.Problems;

/// <summary>Turns every failure into an answer with a problem body.</summary>
internal sealed partial class ProblemMiddleware(
    RequestDelegate next, IEnumerable<ProblemFormat> formats, IMeterFactory meters, ILogger<ProblemMiddleware> logger)
{
    /// <summary>Name of the meter of the whole service.</summary>
    public const string MeterName = "LmService";

    private readonly Counter<long> _problems = meters.Create(MeterName).CreateCounter<long>(
        "lmservice.problems", "{problem}", "Requests that were answered with a problem.");

    /// <summary>nginx's status for a client that went away; seen in the logs only.</summary>
    private const int ClientClosedRequest = 499;

    /// <summary>Kestrel's message if a client leaves in the middle of a body; it has no error code.</summary>
    private const string UnexpectedEnd = "Unexpected end of request content.";

    public async Task InvokeAsync(HttpContext http)
    {
        try
        {
            if (await FailureAsync(http) is { } problem)
            {
                await WriteAsync(http, problem);
            }
        }
        catch (Exception exception) when (HasLeft(http, exception))
        {
            http.Response.StatusCode = http.Response.HasStarted ? http.Response.StatusCode : ClientClosedRequest;
        }
        catch (Exception exception)
        {
            // The answer has started, or the problem itself cannot be written: the client must not take it for
            // complete.
            LogFault(exception, http.Request.Path);
            http.Abort();
        }
    }

    /// <summary>Handles the request; returns the problem if the answer has not started yet.</summary>
    private async Task<Problem?> FailureAsync(HttpContext http)
    {
        try
        {
            await next(http);
            return EmptyFailure(http);
        }
        catch (Exception exception) when (!http.Response.HasStarted && !HasLeft(http, exception))
        {
            switch (exception)
            {
                case ProblemException refused:
                    return refused.Problem;
                case BadHttpRequestException bad:
                    return KindOf(bad).With(bad.Message);
                default:
                    LogFault(exception, http.Request.Path);
                    return ProblemKind.Internal.With("The error is logged under this trace_id.");
            }
        }
    }

    private static ProblemKind KindOf(BadHttpRequestException exception) => exception.StatusCode switch
    {
        StatusCodes.Status408RequestTimeout => ProblemKind.RequestTimeout,
        StatusCodes.Status413PayloadTooLarge => ProblemKind.BodyTooLarge,
        _ => ProblemKind.BadRequest,
    };

    /// <summary>
    /// Whether the client has left, so that there is nobody to answer and no error of the service.
    /// </summary>
    public static bool HasLeft(HttpContext http, Exception exception) =>
        http.RequestAborted.IsCancellationRequested
            || exception is ConnectionResetException or ConnectionAbortedException
            || exception is BadHttpRequestException { Message: UnexpectedEnd };

    private async Task WriteAsync(HttpContext http, Problem problem)
    {
        var format = http.Features.Get<ProblemFormat>() ?? formats.FirstOrDefault(f => f.Covers(http.Request.Path));
        var status = format?.StatusOf(problem) ?? problem.Status;
        LogRefused(
            http.Request.Path,
            status,
            problem.Code,
            problem.Errors?.Select(e => e.Code).Distinct() ?? []
        );
        _problems.Add(1, new KeyValuePair<string, object?>("error.type", problem.Code));
        http.Response.StatusCode = status;
        http.Response.Headers.CacheControl = "no-store";
        if (problem.Code == ProblemKind.RequestTimeout.Code)
        {
            // The rest of the body may arrive at any time, or never.
            http.Response.Headers.Connection = "close";
        }

        if (problem.RetryAfterSeconds is { } seconds)
        {
            http.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }

        if (problem.Challenge is { } challenge)
        {
            http.Response.Headers.WWWAuthenticate = challenge;
        }

        if (problem.AcceptEncoding is { } codings)
        {
            http.Response.Headers.AcceptEncoding = codings;
        }

        var complete = problem with
        {
            Instance = http.Request.PathBase.Add(http.Request.Path),
            TraceId = Activity.Current?.TraceId.ToString() ?? http.TraceIdentifier,
        };
        if (format is not null)
        {
            http.Response.ContentType = ProblemFormat.MediaType;
            await http.Response.Body.WriteAsync(format.Write(complete), http.RequestAborted);
            return;
        }

        await http.Response.WriteAsJsonAsync(
            complete, ProblemJson.Wire.Problem, "application/problem+json", http.RequestAborted);
    }

    /// <summary>The problem for an answer that has only a status, set by routing.</summary>
    private static Problem? EmptyFailure(HttpContext http)
    {
        if (http.Response.HasStarted
            || http.Response.ContentType is not null
            || http.Response.ContentLength is not null)
        {
            return null;
        }

        return http.Response.StatusCode switch
        {
            404 => ProblemKind.NotFound.With($"Nothing is served at {http.Request.Path}; /swagger lists "
                + "the endpoints."),
            405 => MethodNotAllowed(http),
            >= 400 and < 500 => ProblemKind.BadRequest.With("The request cannot be answered."),
            _ => null,
        };
    }

    private static Problem MethodNotAllowed(HttpContext http)
    {
        if (http.Response.Headers.Allow == HttpMethods.Get)
        {
            http.Response.Headers.Allow = $"{HttpMethods.Get}, {HttpMethods.Head}";
        }

        return ProblemKind.MethodNotAllowed.With(
            $"{http.Request.Path} does not support {Excerpt.Of(http.Request.Method)}; "
                + $"it supports {http.Response.Headers.Allow}.");
    }

    // Codes only: names and values of members may hold a prompt.
    [LoggerMessage(LogLevel.Information, "Refused {Path} with {Status} {Code} {ErrorCodes}")]
    private partial void LogRefused(string path, int status, string code, IEnumerable<string> errorCodes);

    [LoggerMessage(LogLevel.Error, "Answering {Path} failed")]
    private partial void LogFault(Exception exception, string path);
}
