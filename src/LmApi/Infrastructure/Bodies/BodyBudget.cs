namespace LmApi.Infrastructure.Bodies;

/// <summary>
/// The memory that all request bodies together may take while they are read. The beginnings of bodies have a share of
/// their own, so that clients that withhold the rest of large bodies do not block those that send short ones.
/// </summary>
/// <param name="beginnings">Bytes for the first <see cref="Beginning"/> bytes of all bodies.</param>
/// <param name="rest">Bytes for everything beyond those.</param>
internal sealed class BodyBudget(long beginnings, long rest)
{
    /// <summary>Number of bytes of a body that count as its beginning.</summary>
    public const int Beginning = 8192;

    private readonly Lock _gate = new();
    private long _beginnings;
    private long _rest;

    /// <summary>Bytes taken now.</summary>
    public long Held
    {
        get
        {
            lock (_gate)
            {
                return _beginnings + _rest;
            }
        }
    }

    /// <summary>Reserves what a body needs to grow; false, with nothing reserved, if there is not enough.</summary>
    public bool TryGrow(int from, int to)
    {
        var (beginning, more) = Difference(from, to);
        lock (_gate)
        {
            if (_beginnings + beginning > beginnings || _rest + more > rest)
            {
                return false;
            }

            _beginnings += beginning;
            _rest += more;
            return true;
        }
    }

    public void Return(int bytes)
    {
        var (beginning, more) = Difference(0, bytes);
        lock (_gate)
        {
            _beginnings -= beginning;
            _rest -= more;
        }
    }

    private static (long Beginning, long More) Difference(int from, int to) =>
        (Math.Min(to, Beginning) - Math.Min(from, Beginning), Math.Max(to, Beginning) - Math.Max(from, Beginning));
}
