using System.IO.Pipelines;

namespace LmApi.Generation;

/// <summary>
/// The body of an answer to a client that may stop reading: if it reads nothing for too long, the connection is closed,
/// so that neither the connection nor the unsent answer is kept in memory.
/// </summary>
internal sealed class ImpatientPipeWriter : PipeWriter, IAsyncDisposable
{
    private readonly PipeWriter _inner;
    private readonly TimeSpan _patience;
    private readonly ITimer _timer;

    /// <param name="http">The request.</param>

    /// <param name="patience">The longest time that a flush may wait for the
    /// client.</param>
    /// <param name="time">Clock.</param>
    /// <param name="onGivenUp">Called before the connection is closed.</param>
    public ImpatientPipeWriter(HttpContext http, TimeSpan patience, TimeProvider time, Action onGivenUp)
    {
        (_inner, _patience) = (http.Response.BodyWriter, patience);
        _timer = time.CreateTimer(GiveUp, null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        void GiveUp(object? state)
        {
            onGivenUp();
            http.Abort();
        }
    }

    public override bool CanGetUnflushedBytes => _inner.CanGetUnflushedBytes;

    public override long UnflushedBytes => _inner.UnflushedBytes;

    public override void Advance(int bytes) => _inner.Advance(bytes);

    public override Memory<byte> GetMemory(int sizeHint = 0) => _inner.GetMemory(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => _inner.GetSpan(sizeHint);

    public override void CancelPendingFlush() => _inner.CancelPendingFlush();

    public override void Complete(Exception? exception = null) => _inner.Complete(exception);

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        var flush = _inner.FlushAsync(cancellationToken);
        return flush.IsCompleted ? flush : AwaitAsync(flush);
    }

    /// <summary>
    /// Also waits for a running timer callback: it must not close a connection that already serves another request.
    /// </summary>
    public ValueTask DisposeAsync() => _timer.DisposeAsync();

    private async ValueTask<FlushResult> AwaitAsync(ValueTask<FlushResult> flush)
    {
        _timer.Change(_patience, Timeout.InfiniteTimeSpan);
        try
        {
            return await flush;
        }
        finally
        {
            _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }
}
