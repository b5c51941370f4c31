using System.Runtime;
using LmCli.Bench.Measures;
using LmModel.Generation;
using LmModel.Inference;

namespace LmCli.Bench;

/// <summary>
/// What an idle session costs: the growth of resident memory for each state that the engine keeps after a prompt.
/// </summary>
internal static class StateMemory
{
    public const int States = 10_000;
    private const int PromptTokens = 16;
    private const int Before = 500;

    /// <returns>Resident bytes a state, everything around its numbers included: key, tokens, order of use.</returns>
    public static async Task<double> ResidentBytesPerStateAsync(BenchNetwork network, IStepModel model)
    {
        using var engine = new GenerationEngine(
            model, network.Tokenizer, network.Config.StartToken,
            new GenerationEngineOptions { PrefixCacheBytes = long.MaxValue }, TimeProvider.System);
        await FillCacheAsync(engine, network, 0, Before);
        var before = Resident();
        await FillCacheAsync(engine, network, Before, States);
        return (double)(Resident() - before) / States;
    }

    private static async Task FillCacheAsync(GenerationEngine engine, BenchNetwork network, int first, int count)
    {
        for (var i = 0; i < count; i++)
        {
            var settings = new GenerationSettings
            {
                PromptTokens = network.Prompt(PromptTokens, first + i),
                MaxTokens = 1,
                Seed = 0,
            };
            await foreach (var _ in engine.TryStart(settings, CancellationToken.None)!.Events)
            {
            }
        }
    }

    private static long Resident()
    {
        // Freed memory must be returned to the system first, or the states would be placed there and seem to cost
        // nothing.
        GCSettings.LargeObjectHeapCompactionMode = GCLargeObjectHeapCompactionMode.CompactOnce;
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        return Environment.WorkingSet;
    }
}
