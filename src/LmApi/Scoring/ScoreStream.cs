using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Text.Json;
using LmApi.Access;
using LmApi.Generation;
using LmApi.Infrastructure;
using LmApi.Infrastructure.Bodies;
using LmApi.Infrastructure.Problems;
using LmApi.Models;
using LmModel.Scoring;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.Options;

namespace LmApi.Scoring;

/// <summary>
/// Scores the lines of a body of any length while it arrives, and answers each line as soon as it and those before it
/// are known. Memory is that of the texts in progress.
/// </summary>
internal sealed partial class ScoreStream(
    ModelHost host,
    BodyReader bodies,
    ScoreRequestParser parser,
    Lifecycle lifecycle,
    IOptions<EngineOptions> engine,
    IOptions<HttpLimits> limits,
    TimeProvider time,
    ILogger<ScoreStream> logger)
{
    /// <summary>Bytes that are collected before they are sent while further answers are already known.</summary>
    private const int MaxUnsent = 1 << 14;

    private readonly TimeSpan _patience = engine.Value.SendPatience;

    public async Task AnswerAsync(HttpContext http)
    {
        // Lines may come as rarely as those of a quiet log.
        if (http.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
        {
            rate.MinDataRate = null;
        }

        using var end = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, lifecycle.LastCall);
        http.Response.Headers.CacheControl = "no-store";
        http.Response.Headers["X-Accel-Buffering"] = "no";
        http.Response.ContentType = BodyHeaders.LinesType;
        await using var body = new ImpatientPipeWriter(http, _patience, time, () => LogGaveUp(_patience.TotalSeconds));
        try
        {
            await http.Response.StartAsync(end.Token);
            await WriteAsync(body, http, end.Token);
        }
        catch (Exception exception) when (!http.RequestAborted.IsCancellationRequested)
        {
            Write(body, new() { Error = ProblemOf(exception) });
            await body.FlushAsync(http.RequestAborted);
        }
    }

    private async Task WriteAsync(PipeWriter body, HttpContext http, CancellationToken end)
    {
        var scorer = new TextScorer(host.TryStart, host.Model.Tokenizer);
        await using var scores = scorer
            .ScoreAsync(ItemsAsync(http, end), ScoreApi.TextsAtOnce, end)
            .GetAsyncEnumerator(end);
        while (true)
        {
            var next = scores.MoveNextAsync();
            if (!next.IsCompleted || body.UnflushedBytes > MaxUnsent)
            {
                await body.FlushAsync(end);
            }

            if (!await next)
            {
                break;
            }

            var (item, score) = scores.Current;
            Write(body, new()
            {
                Line = item.Line,
                Score = score is null ? null : ScoreReply.Of(score, logprobs: false, lines: false, filter: null),
                Error = item.Error,
            });
        }

        await body.FlushAsync(end);
    }

    private async IAsyncEnumerable<((long Line, Problem? Error) Item, ScoreRequest? Request)> ItemsAsync(
        HttpContext http, [EnumeratorCancellation] CancellationToken end)
    {
        var number = 0L;
        var caller = http.Features.Get<Caller>();
        await foreach (var line in bodies.ReadLinesAsync(http.Request, end))
        {
            number++;
            await (caller?.WaitForTokensAsync(end) ?? Task.CompletedTask);
            ScoreRequest? request = null;
            Problem? error = null;
            try
            {
                using var json = JsonBody.Parse(line);
                request = parser.ParseLine(json.RootElement);
            }
            catch (ProblemException refused)
            {
                error = refused.Problem;
            }

            yield return ((number, error), request);
        }
    }

    private Problem ProblemOf(Exception exception)
    {
        if (exception is EngineFullException)
        {
            return EngineProblems.Full(limits.Value.RetryAfterSeconds);
        }

        if (exception is OperationCanceledException)
        {
            return ProblemKind.ShuttingDown.With(ProblemKind.ShuttingDown.Meaning);
        }

        var problem = EngineProblems.Of(exception)!;
        if (problem.Code == ProblemKind.GenerationFailed.Code)
        {
            LogFailed(exception);
        }

        return problem;
    }

    private static void Write(PipeWriter body, ScoredLineResponse line)
    {
        using (var writer = new Utf8JsonWriter(body, new() { Encoder = ScoreJson.Wire.Options.Encoder }))
        {
            JsonSerializer.Serialize(writer, line, ScoreJson.Wire.ScoredLineResponse);
        }

        "\n"u8.CopyTo(body.GetSpan(1));
        body.Advance(1);
    }

    [LoggerMessage(LogLevel.Error, "Scoring a stream of lines failed")]
    private partial void LogFailed(Exception exception);

    [LoggerMessage(
        LogLevel.Information,
        "The client of a stream of scores read nothing for {Seconds} s; its connection is closed")]
    private partial void LogGaveUp(double seconds);
}
