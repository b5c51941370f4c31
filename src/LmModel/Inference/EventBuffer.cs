using System.Threading.Channels;

namespace LmModel.Inference;

/// <summary>
/// The events between the decode thread, which must never wait, and one reader, which may be slow. It takes every
/// event; <see cref="IsFull"/> tells the writer to produce no more for now.
/// </summary>
/// <param name="capacity">Unread events at which the buffer is full.</param>
/// <param name="onRoom">Called by the reader when a full buffer has room again.</param>
/// <param name="onAbandoned">Called when the reader wants no more; also after the last event.</param>
internal sealed class EventBuffer(int capacity, Action onRoom, Action onAbandoned)
    : IAsyncEnumerable<GenerationEvent>, IAsyncEnumerator<GenerationEvent>
{
    // Continuations run on the pool: the reader's code must not run on the decode thread.
    private readonly Channel<GenerationEvent> _channel = Channel.CreateUnbounded<GenerationEvent>(
        new UnboundedChannelOptions { SingleReader = true, AllowSynchronousContinuations = false });

    private int _unread;
    private int _taken;
    private CancellationTokenRegistration _cancellation;

    public bool IsFull => Volatile.Read(ref _unread) >= capacity;

    public GenerationEvent Current { get; private set; } = null!;

    public void Write(GenerationEvent next)
    {
        Interlocked.Increment(ref _unread);
        _channel.Writer.TryWrite(next);
    }

    /// <param name="error">What the reader gets after the events written so far; null for a plain end.</param>
    public void Complete(Exception? error = null) => _channel.Writer.TryComplete(error);

    public IAsyncEnumerator<GenerationEvent> GetAsyncEnumerator(CancellationToken cancellationToken = default)
    {
        if (Interlocked.Exchange(ref _taken, 1) != 0)
        {
            throw new InvalidOperationException("The events of a generation can be read only once.");
        }

        _cancellation = cancellationToken.UnsafeRegister(static cancel => ((Action)cancel!)(), onAbandoned);
        return this;
    }

    public async ValueTask<bool> MoveNextAsync()
    {
        while (await _channel.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            if (_channel.Reader.TryRead(out var next))
            {
                Current = next;
                if (Interlocked.Decrement(ref _unread) == capacity - 1)
                {
                    onRoom();
                }

                return true;
            }
        }

        return false;
    }

    public ValueTask DisposeAsync()
    {
        _cancellation.Unregister();
        onAbandoned();
        return ValueTask.CompletedTask;
    }
}
