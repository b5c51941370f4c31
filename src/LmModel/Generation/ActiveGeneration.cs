using LmModel.Sampling;

namespace LmModel.Generation;

/// <summary>An admitted generation as the engine holds it.</summary>
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

    /// <summary>The most bytes of its neural cache.</summary>
    public long CacheBytes => Sequence.CacheBytes;

    /// <summary>The last state of its prompt in the prefix cache; the decode thread's own.</summary>
    public PrefixCacheEntry? Prefix { get; set; }

    /// <summary>Whether it has been active; guarded by the queue.</summary>
    public bool HasBegun { get; private set; }

    /// <summary>
    /// Rounds until it gives its place to one that is queued, if there is one; guarded by the queue.
    /// </summary>
    public int RoundsLeft { get; set; }

    /// <summary>Since when it has been parked and nothing was read, a timestamp; guarded by the queue.</summary>
    public long ParkedAt { get; private set; }

    /// <summary>Events that were unread then.</summary>
    private int UnreadThen { get; set; }

    /// <summary>
    /// Whether the reader has taken an event since <see cref="ParkedAt"/>; a parked generation gets no new ones.
    /// </summary>
    public bool HasBeenRead => Events.Unread < UnreadThen;

    /// <summary>What its turn threw, which is how it ends; null while all is well.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>Ends this generation before its next step.</summary>
    public bool CancelRequested
    {
        get => _cancelRequested;
        set => _cancelRequested = value;
    }

    /// <summary>It becomes active, for so many rounds at least.</summary>
    public void Begin(int rounds) => (HasBegun, RoundsLeft) = (true, rounds);

    public void Park(long timestamp) => (ParkedAt, UnreadThen) = (timestamp, Events.Unread);

    public void ListenForCancellation() => _registration = _cancellation.UnsafeRegister(
        static generation => ((ActiveGeneration)generation!).Cancel(), this);

    /// <summary>A long-lived token would hold on to the generation.</summary>
    public void StopListening() => _registration.Unregister();

    /// <summary>
    /// Ends a turn: draws and reports. It touches this generation alone, so those of a batch take their turns at once.
    /// </summary>
    /// <param name="logits">(V), or empty where they were not wanted.</param>
    /// <param name="candidates">The thread's.</param>
    public void Accept(Span<float> logits, Candidates candidates)
    {
        try
        {
            Sequence.Accept(logits, candidates, Events);
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
        if (cause is null)
        {
            Events.Write(new(Sequence.Done!));
        }

        Events.Complete(cause);
    }

    private void Return() => _admission.Return(this);

    private void Cancel() => _admission.Cancel(this);
}
