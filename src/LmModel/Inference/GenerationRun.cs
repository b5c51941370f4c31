namespace LmModel.Inference;

/// <summary>An admitted generation as the engine holds it.</summary>
internal sealed class GenerationRun
{
    private readonly GenerationPlaces _places;
    private readonly CancellationToken _cancellation;
    private CancellationTokenRegistration _registration;
    private volatile bool _cancelRequested;

    public GenerationRun(
        GenerationPlaces places, Sequence sequence, int maxBufferedEvents, CancellationToken cancellation)
    {
        _places = places;
        _cancellation = cancellation;
        Sequence = sequence;
        Events = new EventBuffer(maxBufferedEvents, places.Wake, Cancel);
    }

    public Sequence Sequence { get; }

    public EventBuffer Events { get; }

    /// <summary>Ends this run before its next step.</summary>
    public bool CancelRequested
    {
        get => _cancelRequested;
        set => _cancelRequested = value;
    }

    public void ListenForCancellation() =>
        _registration = _cancellation.UnsafeRegister(static run => ((GenerationRun)run!).Cancel(), this);

    public void EndCancelled() => End(new OperationCanceledException(_cancellation));

    /// <param name="cause">What the reader gets after the events so far; null for a plain end.</param>
    public void End(Exception? cause)
    {
        // A long-lived token would hold on to the run.
        _registration.Unregister();
        Events.Complete(cause);
    }

    private void Cancel() => _places.Cancel(this);
}
