using System.Diagnostics;
using System.Globalization;
using LmApi.Infrastructure.Json;

namespace LmApi.Infrastructure.Problems;

/// <summary>The one place where failures become answers: no error leaves without a problem body.</summary>
internal sealed partial class ProblemMiddleware(RequestDelegate next, ILogger<ProblemMiddleware> logger)
{
    /// <summary>nginx's status for a client that went away; seen by nobody but the logs.</summary>
    private const int ClientClosedRequest = 499;

    public async Task InvokeAsync(HttpContext http)
    {
        try
        {
            await next(http);
            if (EmptyFailure(http) is { } problem)
            {
                await WriteAsync(http, problem);
            }
        }
        catch (ProblemException exception) when (!http.Response.HasStarted)
        {
            await WriteAsync(http, exception.Problem);
        }
        catch (BadHttpRequestException exception) when (!http.Response.HasStarted)
        {
            var tooLarge = exception.StatusCode == ProblemKind.BodyTooLarge.Status;
            var kind = tooLarge ? ProblemKind.BodyTooLarge : ProblemKind.BadRequest;
            await WriteAsync(http, kind.With(exception.Message));
        }
        catch (Exception) when (http.RequestAborted.IsCancellationRequested)
        {
            http.Response.StatusCode = http.Response.HasStarted ? http.Response.StatusCode : ClientClosedRequest;
        }
        catch (Exception exception) when (!http.Response.HasStarted)
        {
            LogFault(exception, http.Request.Path);
            await WriteAsync(http, ProblemKind.Internal.With("The fault is logged under this trace_id."));
        }
    }

    private async Task WriteAsync(HttpContext http, Problem problem)
    {
        LogRefused(http.Request.Path, problem.Status, problem.Code, problem.Errors?.Select(e => e.Code).Distinct() ?? []);
        http.Response.StatusCode = problem.Status;
        http.Response.Headers.CacheControl = "no-store";
        if (problem.RetryAfterSeconds is { } seconds)
        {
            http.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }

        var complete = problem with
        {
            Instance = http.Request.PathBase.Add(http.Request.Path),
            TraceId = Activity.Current?.TraceId.ToString() ?? http.TraceIdentifier,
        };
        await http.Response.WriteAsJsonAsync(
            complete, ApiJson.Wire.Problem, "application/problem+json", http.RequestAborted);
    }

    /// <summary>The problem of an answer that routing gave a status and nothing else.</summary>
    private static Problem? EmptyFailure(HttpContext http)
    {
        if (http.Response.HasStarted || http.Response.ContentType is not null || http.Response.ContentLength is not null)
        {
            return null;
        }

        return http.Response.StatusCode switch
        {
            404 => ProblemKind.NotFound.With($"Nothing is served at {http.Request.Path}; /swagger lists what is."),
            405 => ProblemKind.MethodNotAllowed.With(
                $"{http.Request.Path} does not answer {http.Request.Method}; it answers {http.Response.Headers.Allow}."),
            >= 400 and < 500 and not ClientClosedRequest => ProblemKind.BadRequest.With("The request cannot be answered."),
            _ => null,
        };
    }

    // Codes only: names and values of members may hold a prompt.
    [LoggerMessage(LogLevel.Information, "Refused {Path} with {Status} {Code} {ErrorCodes}")]
    private partial void LogRefused(string path, int status, string code, IEnumerable<string> errorCodes);

    [LoggerMessage(LogLevel.Error, "The answer to {Path} failed")]
    private partial void LogFault(Exception exception, string path);
}
