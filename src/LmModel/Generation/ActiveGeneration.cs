using LmModel.Sampling;

namespace LmModel.Generation;

/// <summary>An admitted generation, as the engine sees it.</summary>
internal sealed class ActiveGeneration
{
    private readonly AdmissionQueue _admission;
    private readonly CancellationToken _cancellation;
    private CancellationTokenRegistration _registration;
    private volatile bool _cancelRequested;

    public ActiveGeneration(
        AdmissionQueue admission, Sequence sequence, int maxBufferedEvents, CancellationToken cancellation)
    {
        _admission = admission;
        _cancellation = cancellation;
        Sequence = sequence;
        Events = new GenerationEventStream(maxBufferedEvents, Return, Cancel);
        Place = new LinkedListNode<ActiveGeneration>(this);
    }

    public Sequence Sequence { get; }

    public GenerationEventStream Events { get; }

    /// <summary>
    /// Its place in the queue or among the parked of <see cref="AdmissionQueue"/>; in neither while it is active.
    /// </summary>
    public LinkedListNode<ActiveGeneration> Place { get; }

    /// <summary>Tokens of its prompt.</summary>
    public int PromptTokens => Sequence.Prompt.Length;

    /// <summary>Maximum size of its neural cache in bytes.</summary>
    public long CacheBytes => Sequence.CacheBytes;

    /// <summary>The part of the prefix cache that it uses.</summary>
    public string? Partition { get; init; }

    /// <summary>Told how it ended; null if nobody asks.</summary>
    public Action<GenerationOutcome>? Ended { get; init; }

    /// <summary>The last state of its prompt in the prefix cache; used by the decode thread only.</summary>
    public PrefixCacheEntry? Prefix { get; set; }

    /// <summary>Whether it has been active; guarded by the queue.</summary>
    public bool HasBegun { get; private set; }

    /// <summary>
    /// Rounds after which it makes room for a queued generation, if there is one; guarded by the queue.
    /// </summary>
    public int RoundsLeft { get; set; }

    /// <summary>Timestamp since which it has been parked and not read; guarded by the queue.</summary>
    public long ParkedAt { get; private set; }

    /// <summary>Number of events that were unread at that time.</summary>
    private int UnreadThen { get; set; }

    /// <summary>
    /// Whether the reader has taken an event since <see cref="ParkedAt"/>; a parked generation gets no new events.
    /// </summary>
    public bool HasBeenRead => Events.Unread < UnreadThen;

    /// <summary>The exception that its turn threw and with which it ends; null if there was none.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>Rows of this turn that have not been stepped; used by the decode thread only.</summary>
    public int RowsLeft { get; set; }

    /// <summary>Ends this generation before its next step.</summary>
    public bool CancelRequested
    {
        get => _cancelRequested;
        set => _cancelRequested = value;
    }

    /// <summary>It becomes active, for at least this many rounds.</summary>
    public void Begin(int rounds) => (HasBegun, RoundsLeft) = (true, rounds);

    public void Park(long timestamp) => (ParkedAt, UnreadThen) = (timestamp, Events.Unread);

    public void ListenForCancellation() => _registration = _cancellation.UnsafeRegister(
        static generation => ((ActiveGeneration)generation!).Cancel(), this);

    /// <summary>A long-lived cancellation token would keep the generation alive.</summary>
    public void StopListening() => _registration.Unregister();

    /// <summary>
    /// Draws a token and reports it, or lets a search see what follows its hypothesis. It uses this generation and row
    /// only, so all of a batch can do so in parallel.
    /// </summary>
    /// <param name="row">Of the turn.</param>
    /// <param name="logits">(V), or empty if they were not wanted.</param>
    /// <param name="candidates">The thread's.</param>
    public void Accept(int row, Span<float> logits, Candidates candidates)
    {
        try
        {
            Sequence.Accept(row, logits, candidates, Events);
        }
        catch (Exception e)
        {
            Fail(e);
        }
    }

    /// <summary>All rows of the turn have been accepted.</summary>
    public void EndTurn()
    {
        try
        {
            if (Failure is null)
            {
                Sequence.EndTurn();
            }
        }
        catch (Exception e)
        {
            Fail(e);
        }
    }

    public void Fail(Exception cause) => Failure = cause;

    public void EndCancelled() => End(new OperationCanceledException(_cancellation));

    /// <param name="cause">What the reader gets after the events so far; null for a plain end, with the last
    /// event.</param>
    public void End(Exception? cause)
    {
        StopListening();
        Sequence.Dispose();
        _admission.ReturnCache(this);
        Ended?.Invoke(Sequence.OutcomeOf(cause));
        if (cause is null)
        {
            Events.Write(new(Sequence.Done!));
        }

        Events.Complete(cause);
    }

    private void Return() => _admission.Return(this);

    private void Cancel() => _admission.Cancel(this);
}
