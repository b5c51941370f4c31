using CsCheck;

namespace LmService.Tests;

/// <summary>
/// Checks an invariant on random cases: the same ones in every run, unless more are requested.
/// <code>
/// LM_FUZZ=100000 dotnet test --filter FullyQualifiedName~Properties           as many cases of each property
/// LM_FUZZ=100000 LM_FUZZ_SEED=7 dotnet test --filter …                        other ones
/// CsCheck_Seed=0001x8kQ2Zf3 dotnet test --filter …                            the one case that a failure names
/// </code>
/// </summary>
internal static class Property
{
    /// <summary>Cases that CsCheck tries in order to find a smaller one that fails too.</summary>
    private const int Shrinking = 300;

    /// <summary>A case that takes longer hangs, on whatever machine.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    /// <param name="usual">Cases where nothing else is requested.</param>
    public static int Cases(int usual) => Number("LM_FUZZ") ?? usual;

    /// <inheritdoc cref="HoldsAsync"/>
    public static Task Holds<T>(Gen<T> cases, int usual, Action<T> invariant, Func<T, string>? print = null) =>
        HoldsAsync(
            cases, usual,
            value =>
            {
                invariant(value);
                return Task.CompletedTask;
            },
            print);

    /// <inheritdoc cref="HoldsAsync"/>
    public static Task Holds<T1, T2>(Gen<(T1, T2)> cases, int usual, Action<T1, T2> invariant) =>
        Holds(cases, usual, value => invariant(value.Item1, value.Item2));

    /// <inheritdoc cref="HoldsAsync"/>
    public static Task Holds<T1, T2, T3>(Gen<(T1, T2, T3)> cases, int usual, Action<T1, T2, T3> invariant) =>
        Holds(cases, usual, value => invariant(value.Item1, value.Item2, value.Item3));

    /// <param name="cases">Makes a case of random numbers.</param>
    /// <param name="usual">How many, where <c>LM_FUZZ</c> does not say.</param>
    /// <param name="invariant">Throws where it does not hold.</param>
    /// <param name="print">A case as the failure shows it.</param>
    public static async Task HoldsAsync<T>(
        Gen<T> cases, int usual, Func<T, Task> invariant, Func<T, string>? print = null)
    {
        // On the pool, so that a case that never ends fails rather than holding up all tests.
        Task Bounded(T value) => Task.Run(() => invariant(value)).WaitAsync(Patience);
        if (Check.Seed is { } replayed)
        {
            await cases.SampleAsync(Bounded, seed: replayed, iter: 1, threads: 1, print: print);
            return;
        }

        var seed = (ulong)(Number("LM_FUZZ_SEED") ?? 1) << 32;
        for (var n = 0; n < Cases(usual); n++)
        {
            var random = new PCG(stream: 0, seed + (ulong)n);
            var state = random.ToString();
            var value = cases.Generate(random, null, out _);
            try
            {
                await Bounded(value);
            }
            catch (Exception exception)
            {
                // Finds a smaller one and throws, unless it is not always wrong.
                await cases.SampleAsync(Bounded, seed: state, iter: Shrinking, threads: 1, print: print);
                Assert.Fail($"Failed once, CsCheck_Seed={state}: {(print ?? Check.Print)(value)}\n{exception}");
            }
        }
    }

    private static int? Number(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text
            ? int.Parse(text, System.Globalization.CultureInfo.InvariantCulture)
            : null;
}
