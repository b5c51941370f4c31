namespace LmModel.Generation;

/// <summary>
/// Generations whose buffers are full, those that have waited longest first. They end where nothing is read for
/// <see cref="GenerationEngineOptions.ParkedTimeout"/>, or more are parked than may be.
/// </summary>
internal sealed class ParkedGenerations : IDisposable
{
    /// <summary>The longest time that a timer takes, in whole days.</summary>
    public static readonly TimeSpan LongestTimeout = TimeSpan.FromDays(49);

    private readonly GenerationEngineOptions _options;
    private readonly TimeProvider _time;
    private readonly object _gate;

    // Set while anyone is parked, to when the first of them has waited long enough.
    private readonly ITimer _timer;

    /// <param name="options">Bounds; in range.</param>
    /// <param name="time">Clock.</param>
    /// <param name="gate">The monitor that guards all places, this list and its methods.</param>
    public ParkedGenerations(GenerationEngineOptions options, TimeProvider time, object gate)
    {
        (_options, _time, _gate) = (options, time, gate);
        _timer = time.CreateTimer(
            static parked => ((ParkedGenerations)parked!).EndUnread(),
            this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>By <see cref="GenerationRun.ParkedAt"/>.</summary>
    public LinkedList<GenerationRun> Runs { get; } = [];

    public void Add(GenerationRun run)
    {
        Append(run);
        if (Runs.Count > _options.MaxParked)
        {
            EndFirst($"More than {_options.MaxParked} generations waited for readers that took nothing.");
        }

        if (Runs.Count == 1)
        {
            SetTimer();
        }
    }

    public void Dispose() => _timer.Dispose();

    private void Append(GenerationRun run)
    {
        run.Park(_time.GetTimestamp());
        Runs.AddLast(run.Place);
    }

    private void EndUnread()
    {
        lock (_gate)
        {
            while (Runs.First is { Value: var run } && _time.GetElapsedTime(run.ParkedAt) >= _options.ParkedTimeout)
            {
                if (run.HasBeenRead)
                {
                    // It is slow, but it reads.
                    Runs.RemoveFirst();
                    Append(run);
                }
                else
                {
                    EndFirst($"The events were not read for {_options.ParkedTimeout.TotalSeconds} s.");
                }
            }

            SetTimer();
        }
    }

    private void EndFirst(string reason)
    {
        var run = Runs.First!.Value;
        Runs.RemoveFirst();
        run.End(new SlowReaderException(reason));
    }

    private void SetTimer()
    {
        if (Runs.First is { Value: var first } && _options.ParkedTimeout != Timeout.InfiniteTimeSpan)
        {
            // A timer counts whole milliseconds, and cuts off what is less.
            var left = _options.ParkedTimeout - _time.GetElapsedTime(first.ParkedAt) + TimeSpan.FromMilliseconds(1);
            _timer.Change(left > TimeSpan.Zero ? left : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        }
    }
}
