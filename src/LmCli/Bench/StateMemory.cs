using System.Runtime;
using LmModel.Inference;

namespace LmCli.Bench;

/// <summary>What an idle session costs: the growth of resident memory for each state that is only held.</summary>
internal static class StateMemory
{
    public const int States = 10_000;

    /// <param name="stateSize">Floats of a state.</param>
    /// <returns>Resident bytes a state, everything around its numbers included.</returns>
    public static double ResidentBytesPerState(int stateSize)
    {
        var held = new List<RecurrentState>(States);
        var before = Resident();
        for (var i = 0; i < States; i++)
        {
            var state = RecurrentState.Zero(stateSize);
            // Memory that nobody has written to is not resident.
            state.Values.Fill(1);
            held.Add(state);
        }

        var growth = Resident() - before;
        GC.KeepAlive(held);
        return (double)growth / States;
    }

    private static long Resident()
    {
        // What was freed must be given back first, or the states would move into it and seem to cost nothing.
        GCSettings.LargeObjectHeapCompactionMode = GCLargeObjectHeapCompactionMode.CompactOnce;
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        return Environment.WorkingSet;
    }
}
