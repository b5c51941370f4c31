namespace LmModel.Generation;

/// <summary>
/// Manages which generations are active and which are queued, for callers on any thread and one decode thread that
/// takes rounds. One monitor guards all of it, so that no bound is ever exceeded and no wake-up is lost.
/// </summary>
/// <remarks>
/// <code>
///                       its rounds are used up
///              ┌─────────────────────────────────┐
///              ▼                                 │
/// TryEnter ──► queue, first in first out ──► active ──► Leave
///              ▲                                 │ buffer full
///              └───────────── parked ◄───────────┘
///            buffer half empty   │
///                                ▼
///                              ended: not read for too long, or too many are parked
/// </code>
/// If more generations are admitted than can be active, they take turns, for
/// <see cref="GenerationEngineOptions.QuantumRounds"/> rounds at a time, so that a short text does not wait for long
/// ones to end. A generation is refused while the number of active and queued ones is
/// <see cref="GenerationEngineOptions.MaxActive"/> and <see cref="GenerationEngineOptions.MaxWaiting"/> together;
/// parked generations have a bound of their own. While the queue is not empty, all active places are taken. A
/// generation is never ended while the monitor is held, because ending it takes other locks, and this one again.
/// </remarks>
internal sealed class AdmissionQueue : IDisposable
{
    private readonly GenerationEngineOptions _options;

    // Guards all fields below, and CancelRequested of a generation. Pulsed when an idle decode thread may have work.
    private readonly object _gate = new();
    private readonly List<ActiveGeneration> _active = [];
    private readonly ParkedGenerations _parked;
    private readonly LinkedList<ActiveGeneration> _queue = [];

    // The queued generations that have not begun, and the tokens of their prompts.
    private int _waiting;
    private long _waitingTokens;
    private long _cacheBytes;
    private volatile bool _closed;

    // Used by the decode thread only: removed in this round because too many are parked.
    private readonly List<ActiveGeneration> _evicted = [];

    /// <param name="options">Bounds; in range.</param>
    /// <param name="time">Clock of <see cref="GenerationEngineOptions.ParkedTimeout"/>.</param>
    public AdmissionQueue(GenerationEngineOptions options, TimeProvider time)
    {
        _options = options;
        _parked = new ParkedGenerations(options, time, _gate);
    }

    public bool Closed => _closed;

    /// <summary>Those that have begun.</summary>
    public int Active
    {
        get
        {
            lock (_gate)
            {
                return Begun;
            }
        }
    }

    /// <summary>Those of them whose buffers are full.</summary>
    public int Parked
    {
        get
        {
            lock (_gate)
            {
                return _parked.Generations.Count;
            }
        }
    }

    public int Waiting
    {
        get
        {
            lock (_gate)
            {
                return _waiting;
            }
        }
    }

    private int Begun => _active.Count + _parked.Generations.Count + _queue.Count - _waiting;

    /// <summary>Admits <paramref name="generation"/>, or ends it if its token is already cancelled.</summary>
    /// <returns>False if all places, the tokens that may wait, or the bytes for neural caches are taken.</returns>
    /// <exception cref="ObjectDisposedException">Closed.</exception>
    public bool TryEnter(ActiveGeneration generation)
    {
        // Before it enters, because a token that is already cancelled calls Cancel back immediately.
        generation.ListenForCancellation();
        bool admitted, closed, cancelled;
        lock (_gate)
        {
            (closed, cancelled) = (_closed, generation.CancelRequested);
            admitted = !closed && HasPlaceFor(generation);
            if (admitted)
            {
                // Returned when it ends, in whatever way.
                _cacheBytes += generation.CacheBytes;
            }

            if (admitted && !cancelled)
            {
                _queue.AddLast(generation.Place);
                _waiting++;
                _waitingTokens += generation.PromptTokens;
                FillActive();
            }
        }

        if (!admitted)
        {
            generation.StopListening();
            ObjectDisposedException.ThrowIf(closed, typeof(GenerationEngine));
        }
        else if (cancelled)
        {
            generation.EndCancelled();
        }

        return admitted;
    }

    /// <summary>Removes <paramref name="generation"/> from its queue, or makes it end before its next step.</summary>
    public void Cancel(ActiveGeneration generation)
    {
        bool rested;
        lock (_gate)
        {
            generation.CancelRequested = true;
            rested = generation.Place.List is not null;
            if (rested)
            {
                Remove(generation);
            }

            Monitor.Pulse(_gate);
        }

        // The decode thread does not see it while it is queued or parked.
        if (rested)
        {
            generation.EndCancelled();
        }
    }

    /// <summary>An admitted generation has ended, and its neural cache is freed.</summary>
    public void ReturnCache(ActiveGeneration generation)
    {
        if (generation.CacheBytes > 0)
        {
            lock (_gate)
            {
                _cacheBytes -= generation.CacheBytes;
            }
        }
    }

    /// <summary>Frees an active place, which the next queued generation takes.</summary>
    public void Leave(ActiveGeneration generation)
    {
        lock (_gate)
        {
            _active.Remove(generation);
            FillActive();
        }
    }

    /// <summary>
    /// Blocks until there is something to do; false once closed. Parks generations whose readers are slow, and queues
    /// those whose rounds are used up while others wait.
    /// </summary>
    /// <param name="round">Receives the generations to step or to end, in the order in which they became
    /// active.</param>
    public bool AwaitRound(List<ActiveGeneration> round)
    {
        while (true)
        {
            bool closed;
            lock (_gate)
            {
                while (!_closed && !TakeRound(round))
                {
                    Monitor.Wait(_gate);
                }

                closed = _closed;
            }

            foreach (var generation in _evicted)
            {
                generation.End(new SlowReaderException(
                    $"More than {_options.MaxParked} generations waited for readers that read nothing."));
            }

            _evicted.Clear();
            if (closed || round.Count > 0)
            {
                return !closed;
            }
        }
    }

    /// <summary>Called when the buffer of <paramref name="generation"/> has room again.</summary>
    public void Return(ActiveGeneration generation)
    {
        lock (_gate)
        {
            // Otherwise the decode thread has not parked it and will not do so.
            if (generation.Place.List == _parked.Generations)
            {
                _parked.Generations.Remove(generation.Place);
                _queue.AddLast(generation.Place);
                FillActive();
            }
        }
    }

    /// <summary>Admits no further generation.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _closed = true;
            Monitor.Pulse(_gate);
        }
    }

    public void Dispose() => _parked.Dispose();

    /// <summary>Removes all generations.</summary>
    public ActiveGeneration[] Clear()
    {
        lock (_gate)
        {
            ActiveGeneration[] left = [.. _active, .. _parked.Generations, .. _queue];
            _active.Clear();
            _parked.Generations.Clear();
            _queue.Clear();
            (_waiting, _waitingTokens) = (0, 0);
            return left;
        }
    }

    /// <returns>Whether there is anything to do: a generation to step or to end.</returns>
    private bool TakeRound(List<ActiveGeneration> round)
    {
        for (var i = 0; i < _active.Count;)
        {
            var generation = _active[i];
            var paused = generation.Events.Paused;
            if (generation.CancelRequested || (!paused && (generation.RoundsLeft > 0 || _queue.Count == 0)))
            {
                generation.RoundsLeft = Math.Max(0, generation.RoundsLeft - 1);
                round.Add(generation);
                i++;
                continue;
            }

            // The generation that takes the place is added at the end of the list, so this loop comes to it.
            _active.RemoveAt(i);
            if (!paused)
            {
                _queue.AddLast(generation.Place);
            }
            else if (_parked.Add(generation) is { } evicted)
            {
                _evicted.Add(evicted);
            }

            FillActive();
        }

        return round.Count > 0 || _evicted.Count > 0;
    }

    private bool HasPlaceFor(ActiveGeneration generation)
    {
        // Long: both bounds may be as large as an int.
        if (_active.Count + _queue.Count >= (long)_options.MaxActive + _options.MaxWaiting)
        {
            return false;
        }

        if (generation.CacheBytes > 0
            && _cacheBytes > 0
            && _cacheBytes + generation.CacheBytes > _options.NeuralCacheBytes)
        {
            return false;
        }

        return _waiting == 0 || _waitingTokens + generation.PromptTokens <= _options.MaxWaitingTokens;
    }

    private void FillActive()
    {
        while (_active.Count < _options.MaxActive && _queue.First is { Value: var next })
        {
            Remove(next);
            next.Begin(_options.QuantumRounds);
            _active.Add(next);
            Monitor.Pulse(_gate);
        }
    }

    private void Remove(ActiveGeneration generation)
    {
        if (generation.Place.List == _queue && !generation.HasBegun)
        {
            _waiting--;
            _waitingTokens -= generation.PromptTokens;
        }

        generation.Place.List!.Remove(generation.Place);
    }
}
