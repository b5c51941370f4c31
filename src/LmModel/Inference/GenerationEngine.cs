using LmModel.Tokenization;

namespace LmModel.Inference;

/// <summary>Runs generations side by side on one decode thread of its own. Safe for concurrent use.</summary>
/// <remarks>
/// <code>
/// TryStart ──► waiting (a queue) ──► active (round robin, one token a turn) ──► ended
///    └─► null: both full                └─ whose buffer is full misses its turns until it is read
/// </code>
/// A generation joins, leaves or is cancelled between two steps. A prompt is read one token a turn too, so a long one
/// does not stall the texts beside it. What a generation gives depends on its settings and the model only, never on what
/// runs beside it: see <see cref="IStepModel.MaxInvariantBatch"/>.
/// </remarks>
public sealed class GenerationEngine : IDisposable
{
    private readonly IStepModel _model;
    private readonly Tokenizer _tokenizer;
    private readonly int _startToken;
    private readonly GenerationEngineOptions _options;
    private readonly TimeProvider _time;
    private readonly Thread _thread;

    // The monitor guards these three; it is pulsed when a decode thread with nothing to do may have something to do.
    // As long as anyone waits, all active places are taken.
    private readonly object _gate = new();
    private readonly List<GenerationRun> _active = [];
    private readonly LinkedList<GenerationRun> _waiting = [];
    private volatile bool _disposed;

    // The decode thread's own.
    private readonly List<GenerationRun> _round = [];
    private readonly List<GenerationRun> _batch = [];
    private readonly List<GenerationEvent> _events = [];
    private readonly int[] _tokens;
    private readonly RecurrentState[] _states;
    private readonly float[] _logits;

    /// <param name="model">Used by the decode thread alone; it stays the caller's, to be disposed after the engine.</param>
    /// <param name="tokenizer">Of the model.</param>
    /// <param name="startToken">The token that an empty prompt stands for.</param>
    /// <param name="options">Bounds.</param>
    /// <param name="time">Clock of the timings.</param>
    /// <exception cref="ArgumentException">
    /// Tokenizer and model differ in V, the start token is not below V, or a bound is out of its range.
    /// </exception>
    public GenerationEngine(
        IStepModel model, Tokenizer tokenizer, int startToken, GenerationEngineOptions options, TimeProvider time)
    {
        if (model.VocabularySize != tokenizer.VocabularySize)
        {
            throw new ArgumentException(
                $"The model has {model.VocabularySize} tokens, the tokenizer {tokenizer.VocabularySize}.", nameof(tokenizer));
        }

        ArgumentOutOfRangeException.ThrowIfNegative(startToken);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(startToken, model.VocabularySize);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxActive, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(options.MaxWaiting);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxBufferedEvents, 1);
        (_model, _tokenizer, _startToken, _options, _time) = (model, tokenizer, startToken, options, time);

        var batch = Math.Clamp(model.MaxInvariantBatch, 1, options.MaxActive); // B
        _tokens = new int[batch];
        _states = new RecurrentState[batch];
        _logits = new float[batch * model.VocabularySize]; // (B, V)
        _thread = new Thread(Decode) { Name = "lm-decode", IsBackground = true };
        _thread.Start();
    }

    /// <summary>Generations with a place side by side, paused ones included; 0 to <see cref="GenerationEngineOptions.MaxActive"/>.</summary>
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

    /// <summary>Generations admitted but not begun; 0 to <see cref="GenerationEngineOptions.MaxWaiting"/>.</summary>
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

    /// <summary>Admits a generation; null where all places, active and waiting, are taken.</summary>
    /// <param name="settings">Valid for the engine's model.</param>
    /// <param name="cancellation">Ends it: at once where it waits, else before its next step.</param>
    /// <exception cref="ObjectDisposedException">The engine is disposed.</exception>
    public Generation? TryStart(GenerationSettings settings, CancellationToken cancellation)
    {
        var sequence = new Sequence(settings, _tokenizer, _startToken, _model.StateSize, _time);
        var run = new GenerationRun(this, sequence, _options.MaxBufferedEvents, cancellation);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_active.Count == _options.MaxActive && _waiting.Count == _options.MaxWaiting)
            {
                return null;
            }

            // Before it takes a place: where the token is cancelled already, this calls Cancel here and now.
            run.Registration = cancellation.UnsafeRegister(static run => ((GenerationRun)run!).Cancel(), run);
            if (run.CancelRequested)
            {
                run.Events.Complete(new OperationCanceledException(cancellation));
            }
            else if (_active.Count < _options.MaxActive)
            {
                _active.Add(run);
                Monitor.Pulse(_gate);
            }
            else
            {
                _waiting.AddLast(run);
            }
        }

        return new Generation { Settings = settings, Events = run.Events };
    }

    /// <summary>
    /// Ends every generation with <see cref="ObjectDisposedException"/>, waits for the step in progress and stops.
    /// </summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            Monitor.Pulse(_gate);
        }

        _thread.Join();
    }

    /// <summary>A reader made room, or something else happened that may give the decode thread work.</summary>
    internal void Wake()
    {
        lock (_gate)
        {
            Monitor.Pulse(_gate);
        }
    }

    /// <summary>Ends <paramref name="run"/>: at once where it waits, else before its next step. No effect once it ended.</summary>
    internal void Cancel(GenerationRun run)
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
            Complete(run, new OperationCanceledException(run.Cancellation));
        }
    }

    private void Decode()
    {
        while (AwaitRound())
        {
            StepRound();
        }

        EndAll();
    }

    /// <summary>Blocks until a generation can be stepped and collects those that can; false once disposed.</summary>
    private bool AwaitRound()
    {
        lock (_gate)
        {
            while (!_disposed)
            {
                foreach (var run in _active)
                {
                    if (run.CancelRequested || !run.Events.IsFull)
                    {
                        _round.Add(run);
                    }
                }

                if (_round.Count > 0)
                {
                    return true;
                }

                Monitor.Wait(_gate);
            }

            return false;
        }
    }

    /// <summary>One step for each generation of the round, in the order in which they became active.</summary>
    private void StepRound()
    {
        foreach (var run in _round)
        {
            if (_disposed)
            {
                break;
            }

            if (run.CancelRequested)
            {
                Leave(run, new OperationCanceledException(run.Cancellation));
                continue;
            }

            _batch.Add(run);
            if (_batch.Count == _tokens.Length)
            {
                StepBatch();
            }
        }

        if (_batch.Count > 0)
        {
            StepBatch();
        }

        _round.Clear();
    }

    private void StepBatch()
    {
        var (size, width) = (_batch.Count, _model.VocabularySize); // B, V
        for (var i = 0; i < size; i++)
        {
            _tokens[i] = _batch[i].Sequence.NextToken();
            _states[i] = _batch[i].Sequence.State;
        }

        try
        {
            _model.Step(_tokens.AsSpan(0, size), _states.AsSpan(0, size), _logits.AsSpan(0, size * width));
        }
        catch (Exception e)
        {
            // All of them: their states may be half written.
            _batch.ForEach(run => Leave(run, e));
            size = 0;
        }

        for (var i = 0; i < size; i++)
        {
            Accept(_batch[i], _logits.AsSpan(i * width, width));
        }

        // An idle engine must not hold on to what has ended.
        Array.Clear(_states);
        _batch.Clear();
    }

    private void Accept(GenerationRun run, ReadOnlySpan<float> logits)
    {
        try
        {
            run.Sequence.Accept(logits, _events);
        }
        catch (Exception e)
        {
            _events.Clear();
            Leave(run, e);
            return;
        }

        // The place is free before the end can be seen.
        if (run.Sequence.Finished)
        {
            FreePlace(run);
        }

        foreach (var next in _events)
        {
            run.Events.Write(next);
        }

        if (run.Sequence.Finished)
        {
            Complete(run, null);
        }

        _events.Clear();
    }

    private void Leave(GenerationRun run, Exception cause)
    {
        FreePlace(run);
        Complete(run, cause);
    }

    /// <summary>Gives an active place to the next in the queue.</summary>
    private void FreePlace(GenerationRun run)
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

    private void EndAll()
    {
        List<GenerationRun> left;
        lock (_gate)
        {
            left = [.. _active, .. _waiting];
            _active.Clear();
            _waiting.Clear();
        }

        foreach (var run in left)
        {
            Complete(run, new ObjectDisposedException(nameof(GenerationEngine)));
        }
    }

    private static void Complete(GenerationRun run, Exception? cause)
    {
        run.Registration.Unregister();
        run.Events.Complete(cause);
    }
}
