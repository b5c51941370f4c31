namespace LmApi.Tests.Support;

/// <summary>Lets a test decide when a model steps. Open at first.</summary>
internal sealed class StepGate
{
    private readonly object _gate = new();
    private long _permits = long.MaxValue;

    /// <summary>Steps block until they are allowed.</summary>
    public void Close() => Set(0);

    /// <summary>Steps pass.</summary>
    public void Open() => Set(long.MaxValue);

    /// <summary>This many steps pass, then they block again.</summary>
    public void Allow(int steps) => Set(steps);

    public void Pass()
    {
        lock (_gate)
        {
            while (_permits == 0)
            {
                Monitor.Wait(_gate);
            }

            _permits--;
        }
    }

    private void Set(long permits)
    {
        lock (_gate)
        {
            _permits = permits;
            Monitor.PulseAll(_gate);
        }
    }
}
