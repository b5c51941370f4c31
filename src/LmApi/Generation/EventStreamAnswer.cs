using System.Diagnostics;
using LmApi.Models;
using LmModel.Generation;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;

namespace LmApi.Generation;

/// <summary>
/// Answers with <c>text/event-stream</c>: one <c>start</c>, <c>token</c> events, then one <c>done</c> or <c>error</c>.
/// </summary>
internal sealed class EventStreamAnswer(
    IOptions<GenerationOptions> options,
    IOptions<EngineOptions> engine,
    TimeProvider time,
    ILogger<EventStreamAnswer> logger)
{
    private readonly TimeSpan _rest = TimeSpan.FromMilliseconds(options.Value.FlushMilliseconds);
    private readonly TimeSpan _patience = engine.Value.SendPatience;
    private readonly TimeSpan _keepAlive = TimeSpan.FromSeconds(options.Value.KeepAliveSeconds);

    public async Task WriteAsync(HttpContext http, GenerationReply reply)
    {
        await BeginAsync(http.Response);
        await using var body = new ImpatientPipeWriter(
            http, _patience, time, () => logger.GaveUp(reply.Id, _patience.TotalSeconds));
        using var output = new EventStreamWriter(body, reply);
        try
        {
            await SendAsync(reply, output, http);
        }
        catch (Exception exception) when (GenerationLog.ClientHasLeft(http, exception))
        {
            logger.Aborted(reply, output.Count);
        }
    }

    private async Task SendAsync(GenerationReply reply, EventStreamWriter output, HttpContext http)
    {
        try
        {
            // Sent now, so that the client knows that it has been admitted, and with which seed.
            output.Write("start", reply.Start, GenerationJson.Wire.StartResponse);
            await output.SendAsync(http.RequestAborted);
            await CopyAsync(reply, output, http.RequestAborted);
        }
        catch (Exception exception) when (!GenerationLog.ClientHasLeft(http, exception))
        {
            var problem = logger.BrokeOff(exception, reply.Id);
            var error = new StreamErrorResponse
            {
                Code = problem.Code,
                Message = problem.Detail,
                TraceId = Activity.Current?.TraceId.ToString() ?? http.TraceIdentifier,
            };
            output.Write("error", error, GenerationJson.Wire.StreamErrorResponse);
            await output.SendAsync(http.RequestAborted);
        }
    }

    private static async Task BeginAsync(HttpResponse response)
    {
        response.StatusCode = StatusCodes.Status200OK;
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-cache, no-store";
        response.Headers["X-Accel-Buffering"] = "no";
        response.HttpContext.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        await response.StartAsync(response.HttpContext.RequestAborted);
    }

    /// <summary>
    /// Sends the available events, then waits for the time between two sends, so that the stream of a fast model has
    /// several tokens in a packet. The first token is sent at once; the end of the text, and a half-full buffer, end
    /// the wait.
    /// </summary>
    /// <remarks>One timer and one wait serve the whole stream: a token costs neither.</remarks>
    private async Task CopyAsync(GenerationReply reply, EventStreamWriter output, CancellationToken cancellation)
    {
        using var events = reply.Events;
        await using var timer = time.CreateTimer(
            static events => ((GenerationEventStream)events!).Wake(),
            events,
            Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan);
        var sent = time.GetTimestamp();
        while (!Drain(reply, output))
        {
            if (output.HasUnsent)
            {
                await output.SendAsync(cancellation);
                sent = time.GetTimestamp();
                if (_rest > TimeSpan.Zero)
                {
                    timer.Change(_rest, Timeout.InfiniteTimeSpan);
                    await events.WaitAsync(int.MaxValue);
                    continue;
                }
            }

            var silence = time.GetElapsedTime(sent);
            if (silence >= _keepAlive)
            {
                output.WriteKeepAlive();
                continue;
            }

            timer.Change(_keepAlive - silence, Timeout.InfiniteTimeSpan);
            await events.WaitAsync(1);
        }

        await output.SendAsync(cancellation);
    }

    /// <summary>Writes all available events; true if the last one is among them.</summary>
    private bool Drain(GenerationReply reply, EventStreamWriter output)
    {
        while (reply.Events.TryRead(out var next))
        {
            if (next.Done is { } done)
            {
                var response = reply.ToResponse(done);
                logger.Ended(response);
                output.Write("done", response, GenerationJson.Wire.GenerationResponse);
                return true;
            }

            output.WriteToken(next.Token);
        }

        return false;
    }
}
