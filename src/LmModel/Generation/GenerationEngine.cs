using LmModel.Inference;
using LmModel.Tokenization;

namespace LmModel.Generation;

/// <summary>Steps generations together on one decode thread of its own. Safe for concurrent use.</summary>
/// <remarks>
/// <code>
/// TryStart ──► queue ──► active (one turn a round, for some rounds while others are queued) ──► ended
///    │           ▲ ▲        │  └─► parked: its reader is slow ──► ended, if nothing is read for too long
///    ▼           │ └────────┘         │
///  null: full    └────────────────────┘ once it has been read
/// </code>
/// A generation joins, leaves or is cancelled between two steps. A turn is one token of a text, or a slice of a prompt:
/// the prompts of a round share few tokens, so that long ones do not stall texts. The result of a generation depends
/// only on its settings and the model, never on other generations: see <see cref="IStepModel.MaxInvariantBatch"/>.
/// </remarks>
internal sealed class GenerationEngine : IDisposable
{
    private readonly IStepModel _model;
    private readonly Tokenizer _tokenizer;
    private readonly int _startToken;
    private readonly GenerationEngineOptions _options;
    private readonly TimeProvider _time;
    private readonly AdmissionQueue _admission;
    private readonly Thread _thread;

    // The decode thread's own.
    private readonly BatchRound _round;

    /// <param name="model">Used by the decode thread alone. The caller disposes it, after the engine.</param>
    /// <param name="tokenizer">Of the model.</param>
    /// <param name="startToken">The token that an empty prompt stands for.</param>
    /// <param name="options">Bounds.</param>
    /// <param name="time">Clock of the timings and of <see cref="GenerationEngineOptions.ParkedTimeout"/>.</param>
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
        ArgumentOutOfRangeException.ThrowIfLessThan(options.QuantumRounds, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(options.MaxWaiting);
        ArgumentOutOfRangeException.ThrowIfNegative(options.MaxWaitingTokens);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxBufferedEvents, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxParked, 1);
        if (options.ParkedTimeout != Timeout.InfiniteTimeSpan)
        {
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(options.ParkedTimeout, TimeSpan.Zero);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(options.ParkedTimeout, ParkedGenerations.LongestTimeout);
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(options.PromptSlice, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxRoundPromptTokens, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(options.PrefixCacheBytes);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.PrefixCacheInterval, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(options.NeuralCacheBytes);
        (_model, _tokenizer, _startToken, _options, _time) = (model, tokenizer, startToken, options, time);

        _admission = new AdmissionQueue(options, time);
        _round = new BatchRound(model, options, _admission);
        _thread = new Thread(Decode) { Name = "lm-decode", IsBackground = true };
        _thread.Start();
    }

    /// <summary>
    /// Generations that have begun: those in the batch and, beyond <see cref="GenerationEngineOptions.MaxActive"/>,
    /// those that wait for their next turn or are parked because their readers are slow.
    /// </summary>
    public int Active => _admission.Active;

    /// <summary>The active generations that are parked; they do not take a place.</summary>
    public int Parked => _admission.Parked;

    /// <summary>Generations admitted but not begun.</summary>
    public int Waiting => _admission.Waiting;

    /// <summary>
    /// Admits a generation; null if all places, the tokens that may wait, or the bytes for neural caches are taken.
    /// </summary>
    /// <param name="settings">Valid for the engine's model.</param>
    /// <param name="cancellation">Ends the generation: at once if it is waiting, else before its next step.</param>
    /// <exception cref="ObjectDisposedException">The engine is disposed.</exception>
    public AdmittedGeneration? TryStart(GenerationSettings settings, CancellationToken cancellation) =>
        TryStart(settings, partition: null, ended: null, cancellation);

    /// <summary>The same for one of several callers, about whose generations somebody keeps books.</summary>
    /// <param name="settings">Valid for the engine's model.</param>
    /// <param name="partition">
    /// The part of the prefix cache that it uses: its prompt continues from prompts of the same part only.
    /// </param>
    /// <param name="ended">
    /// Called once when an admitted generation has ended, in whatever way and before its reader can see that; on any
    /// thread, the decode thread included, so it must be quick and must not throw.
    /// </param>
    /// <param name="cancellation">Ends the generation: at once if it is waiting, else before its next step.</param>
    /// <exception cref="ObjectDisposedException">The engine is disposed.</exception>
    public AdmittedGeneration? TryStart(
        GenerationSettings settings,
        string? partition,
        Action<GenerationOutcome>? ended,
        CancellationToken cancellation)
    {
        var sequence = new Sequence(
            settings, _tokenizer, _startToken, _model.StateSize, _model.TopHidden, _time);
        var generation = new ActiveGeneration(_admission, sequence, _options.MaxBufferedEvents, cancellation)
        {
            Partition = partition,
            Ended = ended,
        };
        return _admission.TryEnter(generation)
            ? new AdmittedGeneration { Settings = settings, Events = generation.Events }
            : null;
    }

    /// <summary>
    /// Ends every generation with <see cref="ObjectDisposedException"/>, waits for the step in progress and stops.
    /// </summary>
    public void Dispose()
    {
        _admission.Close();
        _thread.Join();
        _admission.Dispose();
        _round.Dispose();
    }

    private void Decode()
    {
        while (_admission.AwaitRound(_round.Generations))
        {
            _round.Step();
        }

        foreach (var generation in _admission.Clear())
        {
            generation.End(new ObjectDisposedException(nameof(GenerationEngine)));
        }
    }
}
