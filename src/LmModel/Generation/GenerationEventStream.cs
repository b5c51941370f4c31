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
/// A ring buffer of values: an event does not allocate an object, and the ring is as large as the number of events that
/// may be unread. The reader's code runs on the thread pool, never on the decode thread. The buffer accepts every
/// event. At <c>capacity</c> it is paused, so that the engine generates no more, until the reader has reduced it to
/// half.
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

    /// <summary>The rings of larger buffers grow on demand.</summary>
    private const int FirstRing = 128;

    private readonly int _capacity;
    private readonly Action _onRoom;
    private readonly Action _onAbandoned;

    // Guards all fields below except those that only the reader uses.
    private readonly Lock _gate = new();
    private GenerationEvent[] _ring;
    private int _first;
    private int _count;
    private bool _paused;
    private bool _completed;
    private Exception? _error;

    /// <summary>Number of events that the reader waits for; 0 if it does not wait.</summary>
    private int _awaited;

    private bool _woken;
    private ManualResetValueTaskSourceCore<bool> _wait;

    // The reader's own.
    private GenerationEvent _current;
    private int _taken;
    private CancellationTokenRegistration _cancellation;

    /// <param name="capacity">Unread events at which the buffer is paused.</param>
    /// <param name="onRoom">Called by the reader when a paused buffer has room again.</param>
    /// <param name="onAbandoned">Called when the reader stops reading; also after the last event.</param>
    internal GenerationEventStream(int capacity, Action onRoom, Action onAbandoned)
    {
        (_capacity, _onRoom, _onAbandoned) = (capacity, onRoom, onAbandoned);
        _ring = new GenerationEvent[Math.Min(capacity + MostOfATurn, FirstRing)];
    }

    GenerationEvent IAsyncEnumerator<GenerationEvent>.Current => _current;

    /// <summary>Whether so many events are unread that the generation should pause.</summary>
    internal bool Paused => Volatile.Read(ref _paused);

    /// <summary>Number of unread events.</summary>
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
    /// <exception cref="Exception">All events have been read, and the generation ended with this exception.</exception>
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
    /// Completes when this many events are available, or half as many as may be unread, or the generation has ended, or
    /// <see cref="Wake"/> was called since the last wait. Allocates nothing.
    /// </summary>
    /// <param name="events">At least 1.</param>
    public ValueTask WaitAsync(int events)
    {
        lock (_gate)
        {
            // If the reader waited until the buffer is full, its generation would be paused each time.
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

    /// <summary>Ends the current wait, or else the next one; for timers of the reader.</summary>
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
            // Read first, so that everything written before the end is certain to be found.
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

    /// <summary>Called when the reader stops reading: cancels the generation, unless it has ended.</summary>
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

    /// <summary>This object itself is the work item, so that nothing else is allocated.</summary>
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
