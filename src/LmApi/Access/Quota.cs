namespace LmApi.Access;

/// <summary>
/// So much a minute, as a token bucket: what was taken comes back evenly, and what was not used for a minute is all
/// there. Safe for concurrent use.
/// </summary>
/// <remarks>
/// It may be charged beyond what is left. Then nothing is admitted until the debt is paid, so that the rate over time
/// holds although the cost of a request is known only later.
/// </remarks>
/// <param name="name">In the <c>RateLimit</c> fields.</param>
/// <param name="perMinute">At least 1.</param>
/// <param name="time">Clock.</param>
internal sealed class Quota(string name, int perMinute, TimeProvider time)
{
    private readonly Lock _gate = new();
    private double _left = perMinute;
    private long _at = time.GetTimestamp();

    public string Name => name;

    public int PerMinute => perMinute;

    /// <summary>What is left, and the time until everything is there again.</summary>
    public (int Left, TimeSpan UntilFull) Status
    {
        get
        {
            lock (_gate)
            {
                Refill();
                return ((int)Math.Max(0, Math.Floor(_left)), TimeFor(perMinute - _left));
            }
        }
    }

    /// <summary>The time until something is left; zero if something is.</summary>
    public TimeSpan Wait
    {
        get
        {
            lock (_gate)
            {
                Refill();
                return TimeFor(1 - _left);
            }
        }
    }

    /// <summary>Takes one if it is there.</summary>
    public bool TryTakeOne()
    {
        lock (_gate)
        {
            Refill();
            var has = TimeFor(1 - _left) == TimeSpan.Zero;
            _left -= has ? 1 : 0;
            return has;
        }
    }

    /// <summary>Takes that many, whether they are there or not; gives back where negative.</summary>
    public void Charge(long cost)
    {
        lock (_gate)
        {
            Refill();
            _left = Math.Min(perMinute, _left - cost);
        }
    }

    private void Refill()
    {
        var now = time.GetTimestamp();
        _left = Math.Min(perMinute, _left + (perMinute * time.GetElapsedTime(_at, now).TotalMinutes));
        _at = now;
    }

    /// <summary>
    /// In which that many come back. A microsecond is rounding: one that has been waited for must be there.
    /// </summary>
    private TimeSpan TimeFor(double missing)
    {
        var wait = TimeSpan.FromMinutes(Math.Max(0, missing) / perMinute);
        return wait > TimeSpan.FromMicroseconds(1) ? wait : TimeSpan.Zero;
    }
}

/// <summary>The quotas of a key or of an address; null for no limit.</summary>
internal sealed record Quotas(Quota? Requests, Quota? Tokens)
{
    public static Quotas None { get; } = new(null, null);

    /// <param name="of">Whose, in the <c>RateLimit</c> fields.</param>
    /// <param name="requests">A minute; null or 0 for no limit.</param>
    /// <param name="tokens">A minute; null or 0 for no limit.</param>
    /// <param name="time">Clock.</param>
    public static Quotas Of(string of, int? requests, int? tokens, TimeProvider time) => (requests, tokens) switch
    {
        (null or 0, null or 0) => None,
        _ => new(
            requests > 0 ? new($"{of}-requests", requests.Value, time) : null,
            tokens > 0 ? new($"{of}-tokens", tokens.Value, time) : null),
    };
}
