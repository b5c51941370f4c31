namespace LmService.Tests;

/// <summary>Counts what code allocates on the thread that runs it.</summary>
internal static class Allocations
{
    private const int Passes = 20;

    /// <summary>The fewest bytes that one of several runs of <paramref name="action"/> allocates.</summary>
    /// <remarks>
    /// Another thread's garbage collection makes the runtime count what is left of this thread's buffer, up to 8 KB, as
    /// allocated. That only ever adds, and seldom comes in every run.
    /// </remarks>
    public static long Of(Action action)
    {
        var least = long.MaxValue;
        for (var pass = 0; pass < Passes; pass++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            action();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }
}
