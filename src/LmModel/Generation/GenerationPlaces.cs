namespace LmModel.Generation;

/// <summary>
/// Which generations are active and which are queued, for callers that come and go on any thread and one decode thread
/// that takes rounds. One monitor guards all of it, so that no bound is ever exceeded and no wake-up is lost.
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
/// Where more generations are admitted than can be active, they are active in turn, for
/// <see cref="GenerationEngineOptions.QuantumRounds"/> rounds at a time, so that a short text does not wait for long
/// ones to end. A generation is refused while those active and queued are as many as the active and the waiting places;
/// the parked have a bound of their own. While the queue is not empty, all active places are taken.
/// </remarks>
internal sealed class GenerationPlaces : IDisposable
{
    private readonly GenerationEngineOptions _options;

    // Guards all below, and a run's CancelRequested. Pulsed when an idle decode thread may have something to do.
    private readonly object _gate = new();
    private readonly List<GenerationRun> _active = [];
    private readonly ParkedGenerations _parked;
    private readonly LinkedList<GenerationRun> _queue = [];

    // Of the queue, those that have not begun, and the tokens of their prompts.
    private int _waiting;
    private long _waitingTokens;
    private long _cacheBytes;
    private volatile bool _closed;

    /// <param name="options">Bounds; in range.</param>
    /// <param name="time">Clock of <see cref="GenerationEngineOptions.ParkedTimeout"/>.</param>
    public GenerationPlaces(GenerationEngineOptions options, TimeProvider time)
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
                return _parked.Runs.Count;
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

    private int Begun => _active.Count + _parked.Runs.Count + _queue.Count - _waiting;

    /// <summary>Gives <paramref name="run"/> a place, or ends it where its token is cancelled already.</summary>
    /// <returns>False where all places, the tokens that may wait, or the bytes of neural caches are taken.</returns>
    /// <exception cref="ObjectDisposedException">Closed.</exception>
    public bool TryEnter(GenerationRun run)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closed, typeof(GenerationEngine));
            if (!HasPlaceFor(run))
            {
                return false;
            }

            // Given back when it ends, however it does.
            _cacheBytes += run.CacheBytes;

            // Before it takes a place: a token that is cancelled already calls back to Cancel here and now.
            run.ListenForCancellation();
            if (run.CancelRequested)
            {
                run.EndCancelled();
                return true;
            }

            _queue.AddLast(run.Place);
            _waiting++;
            _waitingTokens += run.PromptTokens;
            FillActive();
            return true;
        }
    }

    /// <summary>Takes <paramref name="run"/> out of its queue, or has it end before its next step.</summary>
    public void Cancel(GenerationRun run)
    {
        bool rested;
        lock (_gate)
        {
            run.CancelRequested = true;
            rested = run.Place.List is not null;
            if (rested)
            {
                Remove(run);
            }

            Monitor.Pulse(_gate);
        }

        // The decode thread does not know it while it rests.
        if (rested)
        {
            run.EndCancelled();
        }
    }

    /// <summary>A run that was let in has ended, and its neural cache is gone.</summary>
    public void ReturnCache(GenerationRun run)
    {
        if (run.CacheBytes > 0)
        {
            lock (_gate)
            {
                _cacheBytes -= run.CacheBytes;
            }
        }
    }

    /// <summary>Frees an active place, which the next in the queue takes.</summary>
    public void Leave(GenerationRun run)
    {
        lock (_gate)
        {
            _active.Remove(run);
            FillActive();
        }
    }

    /// <summary>
    /// Blocks until there is something to do; false once closed. Parks those whose reader is slow, and queues those
    /// whose rounds are used up while others wait.
    /// </summary>
    /// <param name="round">Receives the runs to step or to end, in the order in which they became active.</param>
    public bool AwaitRound(List<GenerationRun> round)
    {
        lock (_gate)
        {
            while (!_closed)
            {
                for (var i = 0; i < _active.Count;)
                {
                    var run = _active[i];
                    var paused = run.Events.Paused;
                    if (run.CancelRequested || (!paused && (run.RoundsLeft > 0 || _queue.Count == 0)))
                    {
                        run.RoundsLeft = Math.Max(0, run.RoundsLeft - 1);
                        round.Add(run);
                        i++;
                        continue;
                    }

                    // Whoever takes the place is added at the end of the list, so this loop comes to it.
                    _active.RemoveAt(i);
                    if (paused)
                    {
                        _parked.Add(run);
                    }
                    else
                    {
                        _queue.AddLast(run.Place);
                    }

                    FillActive();
                }

                if (round.Count > 0)
                {
                    return true;
                }

                Monitor.Wait(_gate);
            }

            return false;
        }
    }

    /// <summary>The buffer of <paramref name="run"/> has room again.</summary>
    public void Return(GenerationRun run)
    {
        lock (_gate)
        {
            // Otherwise the decode thread has not parked it, and will not.
            if (run.Place.List == _parked.Runs)
            {
                _parked.Runs.Remove(run.Place);
                _queue.AddLast(run.Place);
                FillActive();
            }
        }
    }

    /// <summary>Lets nobody in any more.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _closed = true;
            Monitor.Pulse(_gate);
        }
    }

    public void Dispose() => _parked.Dispose();

    /// <summary>Takes all places away.</summary>
    public GenerationRun[] Clear()
    {
        lock (_gate)
        {
            GenerationRun[] left = [.. _active, .. _parked.Runs, .. _queue];
            _active.Clear();
            _parked.Runs.Clear();
            _queue.Clear();
            (_waiting, _waitingTokens) = (0, 0);
            return left;
        }
    }

    private bool HasPlaceFor(GenerationRun run)
    {
        // Long: both bounds may be as large as an int.
        if (_active.Count + _queue.Count >= (long)_options.MaxActive + _options.MaxWaiting)
        {
            return false;
        }

        if (run.CacheBytes > 0 && _cacheBytes > 0 && _cacheBytes + run.CacheBytes > _options.NeuralCacheBytes)
        {
            return false;
        }

        return _waiting == 0 || _waitingTokens + run.PromptTokens <= _options.MaxWaitingTokens;
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

    private void Remove(GenerationRun run)
    {
        if (run.Place.List == _queue && !run.HasBegun)
        {
            _waiting--;
            _waitingTokens -= run.PromptTokens;
        }

        run.Place.List!.Remove(run.Place);
    }
}
