namespace LmModel.Inference;

/// <summary>
/// Who is active and who waits, for callers that come and go on any thread and one decode thread that takes rounds.
/// All of it under one monitor, so that no bound is ever exceeded and no wake-up is lost.
/// </summary>
/// <param name="maxActive">At least 1.</param>
/// <param name="maxWaiting">At least 0.</param>
internal sealed class GenerationPlaces(int maxActive, int maxWaiting)
{
    // Guards all below, and a run's CancelRequested. Pulsed when an idle decode thread may have something to do.
    private readonly object _gate = new();

    // As long as anyone waits, all active places are taken.
    private readonly List<GenerationRun> _active = [];
    private readonly LinkedList<GenerationRun> _waiting = [];
    private volatile bool _closed;

    public bool Closed => _closed;

    public int Active
    {
        get
        {
            lock (_gate)
            {
                return _active.Count;
            }
        }
    }

    public int Waiting
    {
        get
        {
            lock (_gate)
            {
                return _waiting.Count;
            }
        }
    }

    /// <summary>Gives <paramref name="run"/> a place, or ends it where its token is cancelled already.</summary>
    /// <returns>False where all places are taken.</returns>
    /// <exception cref="ObjectDisposedException">Closed.</exception>
    public bool TryEnter(GenerationRun run)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closed, typeof(GenerationEngine));
            if (_active.Count == maxActive && _waiting.Count == maxWaiting)
            {
                return false;
            }

            // Before it takes a place: a token that is cancelled already calls back to Cancel here and now.
            run.ListenForCancellation();
            if (run.CancelRequested)
            {
                run.EndCancelled();
            }
            else if (_active.Count < maxActive)
            {
                _active.Add(run);
                Monitor.Pulse(_gate);
            }
            else
            {
                _waiting.AddLast(run);
            }

            return true;
        }
    }

    /// <summary>Takes <paramref name="run"/> out of the queue, or has it end before its next step.</summary>
    public void Cancel(GenerationRun run)
    {
        bool waited;
        lock (_gate)
        {
            run.CancelRequested = true;
            waited = _waiting.Remove(run);
            Monitor.Pulse(_gate);
        }

        if (waited)
        {
            run.EndCancelled();
        }
    }

    /// <summary>Frees an active place, which the next in the queue takes.</summary>
    public void Leave(GenerationRun run)
    {
        lock (_gate)
        {
            _active.Remove(run);
            if (_waiting.First is { } next)
            {
                _waiting.RemoveFirst();
                _active.Add(next.Value);
            }
        }
    }

    /// <summary>Blocks until there is something to do; false once closed.</summary>
    /// <param name="round">Receives the runs to step or to end, in the order in which they became active.</param>
    public bool AwaitRound(List<GenerationRun> round)
    {
        lock (_gate)
        {
            while (!_closed)
            {
                foreach (var run in _active)
                {
                    if (run.CancelRequested || !run.Events.Paused)
                    {
                        round.Add(run);
                    }
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

    /// <summary>A paused run may go on.</summary>
    public void Wake()
    {
        lock (_gate)
        {
            Monitor.Pulse(_gate);
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

    /// <summary>Takes all places away.</summary>
    public GenerationRun[] Clear()
    {
        lock (_gate)
        {
            GenerationRun[] left = [.. _active, .. _waiting];
            _active.Clear();
            _waiting.Clear();
            return left;
        }
    }
}
