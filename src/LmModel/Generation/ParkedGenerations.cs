namespace LmModel.Generation;

/// <summary>
/// Generations whose buffers are full, those that have waited longest first. They end if nothing is read for
/// <see cref="GenerationEngineOptions.ParkedTimeout"/>, or if too many are parked.
/// </summary>
internal sealed class ParkedGenerations : IDisposable
{
    /// <summary>The longest time that a timer takes, in whole days.</summary>
    public static readonly TimeSpan LongestTimeout = TimeSpan.FromDays(49);

    private readonly GenerationEngineOptions _options;
    private readonly TimeProvider _time;
    private readonly object _gate;

    // Set while a generation is parked, to the time at which the first of them has waited long enough.
    private readonly ITimer _timer;

    /// <param name="options">Bounds; in range.</param>
    /// <param name="time">Clock.</param>
    /// <param name="gate">The monitor that guards the queue, this list and its methods.</param>
    public ParkedGenerations(GenerationEngineOptions options, TimeProvider time, object gate)
    {
        (_options, _time, _gate) = (options, time, gate);
        _timer = time.CreateTimer(
            static parked => ((ParkedGenerations)parked!).EndUnread(),
            this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>By <see cref="ActiveGeneration.ParkedAt"/>.</summary>
    public LinkedList<ActiveGeneration> Generations { get; } = [];

    /// <returns>
    /// The one that has been parked longest, taken out because there are too many; the caller ends it.
    /// </returns>
    public ActiveGeneration? Add(ActiveGeneration generation)
    {
        Append(generation);
        var evicted = Generations.Count > _options.MaxParked ? TakeFirst() : null;
        if (Generations.Count == 1)
        {
            SetTimer();
        }

        return evicted;
    }

    public void Dispose() => _timer.Dispose();

    private void Append(ActiveGeneration generation)
    {
        generation.Park(_time.GetTimestamp());
        Generations.AddLast(generation.Place);
    }

    private void EndUnread()
    {
        var unread = new List<ActiveGeneration>();
        lock (_gate)
        {
            while (Generations.First is { Value: var generation }
                && _time.GetElapsedTime(generation.ParkedAt) >= _options.ParkedTimeout)
            {
                if (generation.HasBeenRead)
                {
                    // It is slow, but it reads.
                    Generations.RemoveFirst();
                    Append(generation);
                }
                else
                {
                    unread.Add(TakeFirst());
                }
            }

            SetTimer();
        }

        foreach (var generation in unread)
        {
            generation.End(new SlowReaderException(
                $"The events were not read for {_options.ParkedTimeout.TotalSeconds} s."));
        }
    }

    private ActiveGeneration TakeFirst()
    {
        var generation = Generations.First!.Value;
        Generations.RemoveFirst();
        return generation;
    }

    private void SetTimer()
    {
        if (Generations.First is { Value: var first } && _options.ParkedTimeout != Timeout.InfiniteTimeSpan)
        {
            // A timer counts whole milliseconds, and cuts off what is less.
            var left = _options.ParkedTimeout - _time.GetElapsedTime(first.ParkedAt) + TimeSpan.FromMilliseconds(1);
            _timer.Change(left > TimeSpan.Zero ? left : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        }
    }
}
