using LmModel.Sampling;
using LmModel.Tokenization;

namespace LmModel.Inference;

/// <summary>Runs generations side by side on one decode thread of its own. Safe for concurrent use.</summary>
/// <remarks>
/// <code>
/// TryStart ──► waiting (a queue) ──► active (round robin, one token a turn) ──► ended
///    └─► null: both full                └─ whose buffer is full misses its turns until it is read
/// </code>
/// A generation joins, leaves or is cancelled between two steps. A prompt is read one token a turn too, so a long one
/// does not stall the texts beside it. What a generation gives depends on its settings and the model only, never on
/// what runs beside it: see <see cref="IStepModel.MaxInvariantBatch"/>.
/// </remarks>
public sealed class GenerationEngine : IDisposable
{
    private readonly IStepModel _model;
    private readonly Tokenizer _tokenizer;
    private readonly int _startToken;
    private readonly GenerationEngineOptions _options;
    private readonly TimeProvider _time;
    private readonly GenerationPlaces _places;
    private readonly Thread _thread;

    // The decode thread's own.
    private readonly List<GenerationRun> _round = [];
    private readonly List<GenerationRun> _batch = [];
    private readonly List<GenerationEvent> _events = [];
    private readonly int[] _tokens;
    private readonly RecurrentState[] _states;
    private readonly float[] _logits;
    private readonly Candidates _candidates;

    /// <param name="model">Used by the decode thread alone. The caller disposes it, after the engine.</param>
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
                $"The model has {model.VocabularySize} tokens, the tokenizer {tokenizer.VocabularySize}.",
                nameof(tokenizer));
        }

        ArgumentOutOfRangeException.ThrowIfNegative(startToken);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(startToken, model.VocabularySize);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxActive, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(options.MaxWaiting);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxBufferedEvents, 1);
        (_model, _tokenizer, _startToken, _options, _time) = (model, tokenizer, startToken, options, time);

        _places = new GenerationPlaces(options.MaxActive, options.MaxWaiting);
        var batch = Math.Clamp(model.MaxInvariantBatch, 1, options.MaxActive); // B
        _tokens = new int[batch];
        _states = new RecurrentState[batch];
        _logits = new float[batch * model.VocabularySize]; // (B, V)
        _candidates = new Candidates(model.VocabularySize);
        _thread = new Thread(Decode) { Name = "lm-decode", IsBackground = true };
        _thread.Start();
    }

    /// <summary>Generations that have a place side by side, paused ones included.</summary>
    public int Active => _places.Active;

    /// <summary>Generations admitted but not begun.</summary>
    public int Waiting => _places.Waiting;

    /// <summary>Admits a generation; null where all places, active and waiting, are taken.</summary>
    /// <param name="settings">Valid for the engine's model.</param>
    /// <param name="cancellation">Ends it: at once where it waits, else before its next step.</param>
    /// <exception cref="ObjectDisposedException">The engine is disposed.</exception>
    public Generation? TryStart(GenerationSettings settings, CancellationToken cancellation)
    {
        var sequence = new Sequence(settings, _tokenizer, _startToken, _model.StateSize, _time, _candidates);
        var run = new GenerationRun(_places, sequence, _options.MaxBufferedEvents, cancellation);
        return _places.TryEnter(run) ? new Generation { Settings = settings, Events = run.Events } : null;
    }

    /// <summary>
    /// Ends every generation with <see cref="ObjectDisposedException"/>, waits for the step in progress and stops.
    /// </summary>
    public void Dispose()
    {
        _places.Close();
        _thread.Join();
    }

    private void Decode()
    {
        while (_places.AwaitRound(_round))
        {
            StepRound();
            _round.Clear();
        }

        foreach (var run in _places.Clear())
        {
            run.End(new ObjectDisposedException(nameof(GenerationEngine)));
        }
    }

    /// <summary>One step for each generation of the round, in the order in which they became active.</summary>
    private void StepRound()
    {
        foreach (var run in _round)
        {
            if (_places.Closed)
            {
                break;
            }

            if (run.CancelRequested)
            {
                _places.Leave(run);
                run.EndCancelled();
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
            _batch.ForEach(run => Fail(run, e));
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
            Fail(run, e);
            return;
        }

        // The place is free before the end can be seen.
        if (run.Sequence.Finished)
        {
            _places.Leave(run);
        }

        foreach (var next in _events)
        {
            run.Events.Write(next);
        }

        if (run.Sequence.Finished)
        {
            run.End(null);
        }

        _events.Clear();
    }

    private void Fail(GenerationRun run, Exception cause)
    {
        _places.Leave(run);
        run.End(cause);
    }
}
