namespace LmCli.Bench.Measures;

/// <summary>
/// When the tokens of one stream came, as its reader saw them. Timestamps of <see cref="TimeProvider"/>.
/// </summary>
internal sealed class StreamTimes
{
    private readonly List<long> _between = new(4096);

    public long Begun { get; private set; }

    public long First { get; private set; }

    public long Last { get; private set; }

    public int Tokens { get; private set; }

    /// <summary>From each token to the next.</summary>
    public IReadOnlyList<long> Between => _between;

    /// <summary>Forgets what was before: a stream begins.</summary>
    public void Begin(long now)
    {
        _between.Clear();
        (Begun, First, Last, Tokens) = (now, now, now, 0);
    }

    /// <summary>
    /// Several tokens that arrive together have no time between them, which is what a reader sees of them too.
    /// </summary>
    /// <param name="count">At least 1.</param>
    /// <param name="now">When they arrived.</param>
    public void Arrived(int count, long now)
    {
        if (Tokens == 0)
        {
            First = now;
        }
        else
        {
            _between.Add(now - Last);
        }

        for (var i = 1; i < count; i++)
        {
            _between.Add(0);
        }

        Tokens += count;
        Last = now;
    }
}
