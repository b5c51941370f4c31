using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Threading.Tasks.Sources;

namespace LmModel.Generation;

/// <summary>
/// The events of one generation, between the decode thread, which must never wait, and one reader, which may be slow.
/// Read them with <c>await foreach</c>, or, to take many at a time, by <see cref="TryRead"/> and
/// <see cref="WaitAsync"/>.
/// </summary>
/// <remarks>
/// A ring of values: an event costs no object, and the ring is as large as what may lie unread. The reader's code runs
/// on the pool, never on the decode thread. The buffer takes every event; at <c>capacity</c> it is paused, which tells
/// the engine to make no more, until the reader has brought it down to half.
/// </remarks>
internal sealed class GenerationEventStream
    : IAsyncEnumerable<GenerationEvent>,
        IAsyncEnumerator<GenerationEvent>,
        IValueTaskSource,
        IThreadPoolWorkItem,
        IDisposable
{
    /// <summary>Events that one turn can add: the first token of an echoed prompt, the next one, and the end.</summary>
    private const int MostOfATurn = 3;

    /// <summary>Rings of larger buffers grow when they must.</summary>
    private const int FirstRing = 128;

    private readonly int _capacity;
    private readonly Action _onRoom;
    private readonly Action _onAbandoned;

    // Guards all below but the reader's own.
    private readonly Lock _gate = new();
    private GenerationEvent[] _ring;
    private int _first;
    private int _count;
    private bool _paused;
    private bool _completed;
    private Exception? _error;

    /// <summary>Events the reader waits for; 0 where it does not wait.</summary>
    private int _awaited;

    private bool _woken;
    private ManualResetValueTaskSourceCore<bool> _wait;

    // The reader's own.
    private GenerationEvent _current;
    private int _taken;
    private CancellationTokenRegistration _cancellation;

    /// <param name="capacity">Unread events at which the buffer is paused.</param>
    /// <param name="onRoom">Called by the reader when a paused buffer has room again.</param>
    /// <param name="onAbandoned">Called when the reader wants no more; also after the last event.</param>
    internal GenerationEventStream(int capacity, Action onRoom, Action onAbandoned)
    {
        (_capacity, _onRoom, _onAbandoned) = (capacity, onRoom, onAbandoned);
        _ring = new GenerationEvent[Math.Min(capacity + MostOfATurn, FirstRing)];
    }

    GenerationEvent IAsyncEnumerator<GenerationEvent>.Current => _current;

    /// <summary>The reader lags so far behind that the generation should rest.</summary>
    internal bool Paused => Volatile.Read(ref _paused);

    /// <summary>Events that have not been taken.</summary>
    internal int Unread
    {
        get
        {
            lock (_gate)
            {
                return _count;
            }
        }
    }

    /// <summary>Takes the next event, if there is one.</summary>
    /// <exception cref="Exception">All events have been taken, and the generation ended by this.</exception>
    public bool TryRead(out GenerationEvent next)
    {
        Exception? error = null;
        var room = false;
        lock (_gate)
        {
            if (_count == 0)
            {
                (next, error) = (default, _error);
            }
            else
            {
                next = _ring[_first];
                _ring[_first] = default;
                _first = (_first + 1) % _ring.Length;
                _count--;
                room = _paused && _count <= _capacity / 2;
                _paused &= !room;
                if (!room)
                {
                    return true;
                }
            }
        }

        if (room)
        {
            _onRoom();
            return true;
        }

        if (error is not null)
        {
            ExceptionDispatchInfo.Throw(error);
        }

        return false;
    }

    /// <summary>
    /// Completes when this many events are there, or half as many as may lie unread, or the generation has ended, or
    /// <see cref="Wake"/> was called since the last wait. Allocates nothing.
    /// </summary>
    /// <param name="events">At least 1.</param>
    public ValueTask WaitAsync(int events)
    {
        lock (_gate)
        {
            // A reader that came only when the buffer is full would find its generation paused each time.
            var enough = Math.Min(events, Math.Max(1, _capacity / 2));
            if (_count >= enough || _completed || _woken)
            {
                _woken = false;
                return ValueTask.CompletedTask;
            }

            _wait.Reset();
            _awaited = enough;
            return new ValueTask(this, _wait.Version);
        }
    }

    /// <summary>Ends the wait in progress, or else the next one; for the timers of the reader.</summary>
    public void Wake()
    {
        lock (_gate)
        {
            if (_awaited == 0)
            {
                _woken = true;
                return;
            }

            _awaited = 0;
        }

        Schedule();
    }

    public IAsyncEnumerator<GenerationEvent> GetAsyncEnumerator(CancellationToken cancellationToken = default)
    {
        if (Interlocked.Exchange(ref _taken, 1) != 0)
        {
            throw new InvalidOperationException("The events of a generation can be read only once.");
        }

        _cancellation = cancellationToken.UnsafeRegister(static cancel => ((Action)cancel!)(), _onAbandoned);
        return this;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    async ValueTask<bool> IAsyncEnumerator<GenerationEvent>.MoveNextAsync()
    {
        while (true)
        {
            // Asked first: what is written before the end is then certain to be found.
            var ended = Volatile.Read(ref _completed);
            if (TryRead(out _current))
            {
                return true;
            }

            if (ended)
            {
                return false;
            }

            await WaitAsync(1).ConfigureAwait(false);
        }
    }

    ValueTask IAsyncDisposable.DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>The reader wants no more: cancels the generation, unless it has ended.</summary>
    public void Dispose()
    {
        _cancellation.Unregister();
        _onAbandoned();
    }

    void IThreadPoolWorkItem.Execute() => _wait.SetResult(true);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _wait.GetStatus(token);

    void IValueTaskSource.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _wait.OnCompleted(continuation, state, token, flags);

    void IValueTaskSource.GetResult(short token) => _wait.GetResult(token);

    internal void Write(in GenerationEvent next)
    {
        lock (_gate)
        {
            if (_count == _ring.Length)
            {
                Grow();
            }

            _ring[(_first + _count++) % _ring.Length] = next;
            _paused |= _count >= _capacity;
            if (_awaited == 0 || _count < _awaited)
            {
                return;
            }

            _awaited = 0;
        }

        Schedule();
    }

    /// <param name="error">What the reader gets after the events written so far; null for a plain end.</param>
    internal void Complete(Exception? error)
    {
        lock (_gate)
        {
            (_completed, _error) = (true, error);
            if (_awaited == 0)
            {
                return;
            }

            _awaited = 0;
        }

        Schedule();
    }

    /// <summary>This object is the work item: neither it nor the continuation needs another.</summary>
    private void Schedule() => ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);

    private void Grow()
    {
        var ring = new GenerationEvent[_ring.Length * 2];
        for (var i = 0; i < _count; i++)
        {
            ring[i] = _ring[(_first + i) % _ring.Length];
        }

        (_ring, _first) = (ring, 0);
    }
}
