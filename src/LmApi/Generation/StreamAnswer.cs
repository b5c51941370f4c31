using System.Diagnostics;
using LmApi.Models;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;

namespace LmApi.Generation;

/// <summary>Answers with the frames of a stream, as tokens are generated.</summary>
internal sealed class StreamAnswer(
    IOptions<GenerationOptions> options,
    IOptions<EngineOptions> engine,
    TimeProvider time,
    ILogger<StreamAnswer> logger)
{
    private readonly TimeSpan _rest = TimeSpan.FromMilliseconds(options.Value.FlushMilliseconds);
    private readonly TimeSpan _patience = engine.Value.SendPatience;
    private readonly TimeSpan _keepAlive = TimeSpan.FromSeconds(options.Value.KeepAliveSeconds);

    /// <param name="http">The request.</param>
    /// <param name="choices">Read to their end.</param>
    /// <param name="createFrames">What the stream looks like.</param>
    public async Task WriteAsync(HttpContext http, Choices choices, FramesFactory createFrames)
    {
        using var _ = choices;
        await using var body = new ImpatientPipeWriter(
            http, _patience, time, () => logger.GaveUp(choices.Id, _patience.TotalSeconds));
        using var output = createFrames(body);
        await BeginAsync(http.Response, output.MediaType);
        try
        {
            await SendAsync(choices, output, http);
        }
        catch (Exception exception) when (GenerationLog.ClientHasLeft(http, exception))
        {
            logger.Aborted(choices, output.Count);
        }
    }

    private async Task SendAsync(Choices choices, AnswerFrames output, HttpContext http)
    {
        try
        {
            // Sent now, so that the client knows that it has been admitted.
            output.WriteStart();
            await output.SendAsync(http.RequestAborted);
            await CopyAsync(choices, output, http.RequestAborted);
        }
        catch (Exception exception) when (!GenerationLog.ClientHasLeft(http, exception))
        {
            output.WriteError(
                logger.BrokeOff(exception, choices.Id),
                Activity.Current?.TraceId.ToString() ?? http.TraceIdentifier);
            await output.SendAsync(http.RequestAborted);
        }
    }

    private static async Task BeginAsync(HttpResponse response, string mediaType)
    {
        response.StatusCode = StatusCodes.Status200OK;
        response.ContentType = mediaType;
        response.Headers.CacheControl = "no-cache, no-store";
        response.Headers["X-Accel-Buffering"] = "no";
        response.HttpContext.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        await response.StartAsync(response.HttpContext.RequestAborted);
    }

    /// <summary>
    /// Sends the available events, then waits for the time between two sends, so that the stream of a fast model has
    /// several tokens in a packet. The first token is sent at once; the end of a text, and a half-full buffer, end
    /// the wait.
    /// </summary>
    /// <remarks>One timer and one wait serve the whole stream: a token costs neither.</remarks>
    private async Task CopyAsync(Choices choices, AnswerFrames output, CancellationToken cancellation)
    {
        await using var timer = time.CreateTimer(
            static choices => ((Choices)choices!).Wake(),
            choices,
            Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan);
        var sent = time.GetTimestamp();
        while (!Drain(choices, output))
        {
            if (output.HasUnsent)
            {
                await output.SendAsync(cancellation);
                sent = time.GetTimestamp();
                if (_rest > TimeSpan.Zero)
                {
                    timer.Change(_rest, Timeout.InfiniteTimeSpan);
                    await choices.WaitAsync(int.MaxValue);
                    continue;
                }
            }

            var silence = time.GetElapsedTime(sent);
            if (silence >= _keepAlive)
            {
                output.WriteKeepAlive();
                sent = time.GetTimestamp();
                continue;
            }

            timer.Change(_keepAlive - silence, Timeout.InfiniteTimeSpan);
            await choices.WaitAsync(1);
        }

        output.WriteEnd();
        await output.SendAsync(cancellation);
    }

    /// <summary>Writes all available events; true if the last one is among them.</summary>
    private bool Drain(Choices choices, AnswerFrames output)
    {
        while (choices.TryRead(out var choice, out var next))
        {
            if (next.Done is { } done)
            {
                logger.Ended(choices[choice].ToResponse(done));
                output.WriteDone(choice, done);
            }
            else
            {
                output.WriteToken(choice, next.Token);
            }
        }

        return choices.AreOver;
    }
}
