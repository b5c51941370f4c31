using System.Runtime.CompilerServices;
using System.Threading.Channels;
using LmModel.Generation;
using LmModel.Tokenization;

namespace LmModel.Scoring;

/// <summary>
/// Scores texts with an engine: they wait in its queue and share its batches with everything else that it runs. The
/// losses are those of <c>lm evaluate</c> by the contiguous protocol, to the bit.
/// </summary>
/// <param name="tryStart">Admits a generation; null if the engine is full.</param>
/// <param name="tokenizer">The tokenizer of the model.</param>
internal sealed class TextScorer(
    Func<GenerationSettings, CancellationToken, AdmittedGeneration?> tryStart, Tokenizer tokenizer)
{
    /// <summary>Starts to score a text.</summary>
    /// <returns>Null if the engine is full.</returns>
    /// <exception cref="ObjectDisposedException">The engine is disposed.</exception>
    public Task<TextScore>? TryScore(ScoreRequest request, CancellationToken cancellation) =>
        tryStart(request.Settings, cancellation) is { } admitted ? FinishAsync(request, admitted) : null;

    /// <summary>
    /// Scores items in order, several at a time, each reported as soon as it and those before it are known. Memory is
    /// bounded by those in progress.
    /// </summary>
    /// <param name="items">
    /// Items with their texts, read as places become free; an item without a text is passed on without a score.
    /// </param>
    /// <param name="atOnce">Maximum number of items in progress, at least 1.</param>
    /// <param name="cancellation">Ends the scoring.</param>
    /// <exception cref="EngineFullException">The engine is full without a text of this call.</exception>
    public async IAsyncEnumerable<(T Item, TextScore? Score)> ScoreAsync<T>(
        IAsyncEnumerable<(T Item, ScoreRequest? Request)> items,
        int atOnce,
        [EnumeratorCancellation] CancellationToken cancellation)
    {
        // Ends what is in progress when the reader stops early.
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var started = Channel.CreateBounded<(T, Task<TextScore>?)>(
            new BoundedChannelOptions(atOnce) { SingleReader = true, SingleWriter = true });
        var starting = StartAllAsync(items, started.Writer, end.Token);
        try
        {
            await foreach (var (item, score) in started.Reader.ReadAllAsync(cancellation))
            {
                yield return (item, score is null ? null : await score);
            }
        }
        finally
        {
            await end.CancelAsync();
            await starting;
        }
    }

    private async Task StartAllAsync<T>(
        IAsyncEnumerable<(T, ScoreRequest?)> items,
        ChannelWriter<(T, Task<TextScore>?)> started,
        CancellationToken cancellation)
    {
        try
        {
            Task<TextScore>? latest = null;
            await foreach (var (item, request) in items.WithCancellation(cancellation))
            {
                var score = request is null ? null : await StartAsync(request, latest, cancellation);
                latest = score ?? latest;
                await started.WriteAsync((item, score), cancellation);
            }

            started.Complete();
        }
        catch (Exception e)
        {
            started.TryComplete(e);
        }
    }

    /// <summary>Waits for places that texts of the same call take.</summary>
    private async Task<Task<TextScore>> StartAsync(
        ScoreRequest request, Task<TextScore>? latest, CancellationToken cancellation)
    {
        while (true)
        {
            var waits = latest is { IsCompleted: false };
            if (TryScore(request, cancellation) is { } score)
            {
                return score;
            }

            if (!waits)
            {
                throw new EngineFullException();
            }

            await latest!.ContinueWith(_ => { }, cancellation, TaskContinuationOptions.None, TaskScheduler.Default);
        }
    }

    private async Task<TextScore> FinishAsync(ScoreRequest request, AdmittedGeneration admitted)
    {
        double[] losses = [];
        await foreach (var item in admitted.Events)
        {
            losses = item.Done?.Losses ?? losses;
        }

        var text = new ArraySegment<int>(request.Tokens, request.Context, request.Tokens.Length - request.Context);
        return new(request, losses, new ScoredTokens(text, losses, tokenizer));
    }
}

/// <summary>An engine admits no more texts, and none of the caller's is in it that could make room.</summary>
internal sealed class EngineFullException() : InvalidOperationException("The engine does not admit more texts.");
