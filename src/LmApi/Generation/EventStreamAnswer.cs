using System.Diagnostics;
using LmApi.Infrastructure.Json;
using LmModel.Inference;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;

namespace LmApi.Generation;

/// <summary>Answers with <c>text/event-stream</c>: <c>token</c> events, then one <c>done</c> or <c>error</c>.</summary>
internal sealed class EventStreamAnswer(
    IOptions<GenerationOptions> options, TimeProvider time, ILogger<EventStreamAnswer> logger)
{
    private readonly TimeSpan _keepAlive = TimeSpan.FromSeconds(options.Value.KeepAliveSeconds);

    public async Task WriteAsync(HttpContext http, GenerationRun run)
    {
        await BeginAsync(http.Response);
        using var output = new EventStreamWriter(http.Response.BodyWriter, run.Id);
        try
        {
            await CopyAsync(run, output, http.RequestAborted);
        }
        catch (Exception) when (http.RequestAborted.IsCancellationRequested)
        {
            logger.ClientLeft(run.Id, output.Sent);
        }
        catch (Exception exception)
        {
            var kind = logger.BrokeOff(exception, run.Id);
            var error = new StreamErrorResponse
            {
                Code = kind.Code,
                Message = kind.Meaning,
                TraceId = Activity.Current?.TraceId.ToString() ?? http.TraceIdentifier,
            };
            await output.WriteAsync("error", error, ApiJson.Wire.StreamErrorResponse, http.RequestAborted);
        }
    }

    /// <summary>Sends the headers now, so that the client knows it has been admitted.</summary>
    private static async Task BeginAsync(HttpResponse response)
    {
        response.StatusCode = StatusCodes.Status200OK;
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-cache, no-store";
        response.Headers["X-Accel-Buffering"] = "no";
        response.HttpContext.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        await response.StartAsync(response.HttpContext.RequestAborted);
        await response.BodyWriter.FlushAsync(response.HttpContext.RequestAborted);
    }

    private async Task CopyAsync(GenerationRun run, EventStreamWriter output, CancellationToken cancellation)
    {
        await using var events = run.Events.GetAsyncEnumerator(cancellation);
        while (await NextAsync(events, output, cancellation))
        {
            if (events.Current.Done is { } done)
            {
                var response = run.ToResponse(done);
                logger.Ended(response);
                await output.WriteAsync("done", response, ApiJson.Wire.GenerationResponse, cancellation);
            }
            else
            {
                await output.WriteAsync(
                    "token", run.ToResponse(events.Current.Token), ApiJson.Wire.TokenResponse, cancellation);
            }
        }
    }

    /// <summary>Waits for the next event and keeps the connection alive meanwhile.</summary>
    private async ValueTask<bool> NextAsync(
        IAsyncEnumerator<GenerationEvent> events, EventStreamWriter output, CancellationToken cancellation)
    {
        var pending = events.MoveNextAsync();
        if (pending.IsCompleted)
        {
            return await pending;
        }

        var next = pending.AsTask();
        while (!await CompletesAsync(next))
        {
            await output.WriteKeepAliveAsync(cancellation);
        }

        return await next;
    }

    /// <summary>True once the task has ended in whatever way; false where silence has lasted long enough.</summary>
    private async Task<bool> CompletesAsync(Task<bool> task)
    {
        try
        {
            await task.WaitAsync(_keepAlive, time);
        }
        catch (Exception) when (task.IsCompleted)
        {
            // The caller awaits the task and sees its failure.
        }
        catch (TimeoutException)
        {
            return false;
        }

        return true;
    }
}
