namespace LmModel.Inference;

/// <summary>An admitted generation as the engine holds it.</summary>
internal sealed class GenerationRun
{
    private readonly GenerationEngine _engine;
    private volatile bool _cancelRequested;

    public GenerationRun(GenerationEngine engine, Sequence sequence, int maxBufferedEvents, CancellationToken cancellation)
    {
        _engine = engine;
        Sequence = sequence;
        Cancellation = cancellation;
        Events = new EventBuffer(maxBufferedEvents, engine.Wake, Cancel);
    }

    public Sequence Sequence { get; }

    public EventBuffer Events { get; }

    /// <summary>The caller's token.</summary>
    public CancellationToken Cancellation { get; }

    /// <summary>Ties the token to this run; removed at its end, or a long-lived token would hold on to the run.</summary>
    public CancellationTokenRegistration Registration { get; set; }

    /// <summary>Ends this run before its next step. Written in the engine's lock, read anywhere.</summary>
    public bool CancelRequested
    {
        get => _cancelRequested;
        set => _cancelRequested = value;
    }

    public void Cancel() => _engine.Cancel(this);
}
