using System.Runtime.InteropServices;

namespace LmModel.Numerics;

/// <summary>
/// The calling thread and helpers divide the items of a job. Each has its own part, the same in every job, so that what
/// it reads stays in its cache. A thread that is done takes items from the others, so that a thread suspended by the
/// operating system delays only its current item.
/// </summary>
/// <remarks>
/// Helpers wait for the next job by spinning for some microseconds, then they sleep, so that an idle service uses no
/// CPU time. One caller at a time; a job allocates nothing.
/// </remarks>
internal sealed class ThreadTeam : IDisposable
{
    // About 30 ns each: longer than the time between two jobs of a step, too short to be noticed.
    private const int SpinsBeforeSleep = 2000;

    // An item takes microseconds: a thread that waits longer has been suspended, or waits for one that has.
    private const int SpinsBeforeYield = 300;

    // A ticket is the job's number, the end of the part and its next item, 20 bits each for the latter two.
    private const int ItemBits = 20;
    private const int MaxItems = (1 << ItemBits) - 1;

    private readonly Thread[] _helpers;
    private readonly Part[] _parts;

    // Pulsed for helpers that sleep.
    private readonly object _gate = new();

    private Action<int> _work = static _ => { };
    private int _done;
    private Exception? _failure;
    private int _job;
    private int _sleeping;
    private volatile bool _disposed;

    /// <param name="threads">Threads that work on a job, the caller's included; 1 has no helpers.</param>
    public ThreadTeam(int threads)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        _parts = new Part[threads];
        _helpers = new Thread[threads - 1];
        for (var i = 0; i < _helpers.Length; i++)
        {
            var part = i + 1;
            _helpers[i] = new Thread(() => Help(part)) { Name = $"lm-decode-{part}", IsBackground = true };
            _helpers[i].Start();
        }
    }

    /// <summary>
    /// Calls <paramref name="work"/> with 0 … <paramref name="items"/> − 1, each once, on any of the threads.
    /// </summary>
    /// <exception cref="InvalidOperationException">An item threw, the first is inside; all others are done.</exception>
    public void Run(int items, Action<int> work)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(items, MaxItems);
        if (_helpers.Length == 0 || items <= 1)
        {
            for (var i = 0; i < items; i++)
            {
                work(i);
            }

            return;
        }

        (_work, _done, _failure) = (work, 0, null);
        var job = _job + 1;
        for (var part = 0; part < _parts.Length; part++)
        {
            Volatile.Write(ref _parts[part].Ticket, Ticket(job, First(part + 1, items), First(part, items)));
        }

        Volatile.Write(ref _job, job);
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref _sleeping) > 0)
        {
            WakeAll();
        }

        Work(job, 0);
        for (var spins = 0; Volatile.Read(ref _done) < items; spins++)
        {
            if (spins < SpinsBeforeYield)
            {
                Thread.SpinWait(1);
            }
            else
            {
                Thread.Yield();
            }
        }

        if (_failure is { } failure)
        {
            throw new InvalidOperationException($"A part of a step failed: {failure.Message}", failure);
        }
    }

    public void Dispose()
    {
        _disposed = true;
        WakeAll();
        foreach (var helper in _helpers)
        {
            helper.Join();
        }
    }

    private void Help(int part)
    {
        for (var seen = 0; AwaitJob(ref seen);)
        {
            Work(seen, part);
        }
    }

    private bool AwaitJob(ref int seen)
    {
        for (var spins = 0; !_disposed; spins++)
        {
            var job = Volatile.Read(ref _job);
            if (job != seen)
            {
                seen = job;
                return true;
            }

            if (spins < SpinsBeforeSleep)
            {
                Thread.SpinWait(1);
                continue;
            }

            Sleep(seen);
            spins = 0;
        }

        return false;
    }

    /// <summary>
    /// Announces itself first and then looks for a job, while the caller publishes a job first and then looks for
    /// sleepers, so that one of the two sees the other.
    /// </summary>
    private void Sleep(int seen)
    {
        Interlocked.Increment(ref _sleeping);
        lock (_gate)
        {
            if (Volatile.Read(ref _job) == seen && !_disposed)
            {
                Monitor.Wait(_gate);
            }
        }

        Interlocked.Decrement(ref _sleeping);
    }

    private void WakeAll()
    {
        lock (_gate)
        {
            Monitor.PulseAll(_gate);
        }
    }

    private void Work(int job, int part)
    {
        var done = 0;
        for (var i = 0; i < _parts.Length; i++)
        {
            var of = (part + i) % _parts.Length;
            while (TryTake(job, of, out var item))
            {
                try
                {
                    _work(item);
                }
                catch (Exception e)
                {
                    Interlocked.CompareExchange(ref _failure, e, null);
                }

                done++;
            }
        }

        if (done > 0)
        {
            Interlocked.Add(ref _done, done);
        }
    }

    /// <summary>
    /// The ticket has everything that decides: a thread that is too late for a job takes nothing of the next one. As
    /// long as a taken item is not done, the job cannot end, so everything read afterwards belongs to it.
    /// </summary>
    private bool TryTake(int job, int part, out int item)
    {
        ref var place = ref _parts[part].Ticket;
        while (true)
        {
            var ticket = Volatile.Read(ref place);
            item = (int)ticket & MaxItems;
            if (ticket >> (2 * ItemBits) != Number(job) || item == ((int)(ticket >> ItemBits) & MaxItems))
            {
                return false;
            }

            if (Interlocked.CompareExchange(ref place, ticket + 1, ticket) == ticket)
            {
                return true;
            }
        }
    }

    private int First(int part, int items) => (int)((long)items * part / _parts.Length);

    private static long Ticket(int job, int end, int next) =>
        (Number(job) << (2 * ItemBits)) | ((long)end << ItemBits) | (uint)next;

    /// <summary>The part of the job count that fits into a ticket; it wraps around after eight million jobs.</summary>
    private static long Number(int job) => job & ((1 << 23) - 1);

    /// <summary>It has two cache lines of its own, because the adjacent line is prefetched.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 128)]
    private struct Part
    {
        [FieldOffset(64)]
        public long Ticket;
    }
}
