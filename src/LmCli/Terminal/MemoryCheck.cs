using LmModel.Training.Planning;

namespace LmCli.Terminal;

/// <summary>Refuses work that cannot fit into memory before time is spent on it.</summary>
internal static class MemoryCheck
{
    /// <summary>
    /// The runtime counts 75 % of a container's memory as available; the rest can be used all the same.
    /// </summary>
    private const double NotCounted = 4 / 3.0;

    /// <summary>Measured peaks are 1.5 to 1.9 times the minimum, if there is enough memory.</summary>
    private const double Usual = 1.5;

    /// <summary>Warns on standard error if it is likely to fail.</summary>
    /// <exception cref="InsufficientMemoryException">It needs more than there is.</exception>
    public static void Require(MemoryNeed need, string what, string advice) =>
        Require(need, what, advice, MemoryNeed.Available);

    internal static void Require(MemoryNeed need, string what, string advice, long available)
    {
        if (need.Bytes > available * NotCounted)
        {
            throw new InsufficientMemoryException(need.Describe(what, available, advice));
        }

        if (need.Bytes * Usual > available)
        {
            Console.Error.WriteLine($"warning: {need.Describe(what, available, advice)}");
        }
    }
}
