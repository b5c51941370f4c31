using LmCli.Bench.Measures;
using LmModel.Generation;
using LmModel.Inference;
using LmModel.Sampling;

namespace LmCli.Bench;

/// <summary>
/// Streams side by side through the engine, as the service runs them: steps, sampling, text and events.
/// </summary>
internal static class EngineRun
{
    /// <summary>Tokens of the prompts that keep arriving.</summary>
    public const int LongPrompt = 4000;

    /// <summary>The defaults of <c>POST /generate</c>.</summary>
    private static readonly SamplingSettings Sampling = new() { Temperature = 0.8f };

    /// <param name="network">Whose tokenizer and prompts.</param>
    /// <param name="model">Of the network; left open.</param>
    /// <param name="streams">How many begin at once.</param>
    /// <param name="promptTokens">Of each.</param>
    /// <param name="budget">Where they end.</param>
    /// <param name="longPrompts">Whether prompts of <see cref="LongPrompt"/> keep arriving, one after another.</param>
    public static async Task<StreamFigures> MeasureAsync(
        BenchNetwork network, IStepModel model, int streams, int promptTokens, Budget budget, bool longPrompts = false)
    {
        var time = TimeProvider.System;
        using var engine = new GenerationEngine(
            model, network.Tokenizer, network.Config.StartToken,
            // Every prompt is read in full.
            new GenerationEngineOptions { MaxActive = streams + (longPrompts ? 1 : 0), PrefixCacheBytes = 0 }, time);
        using var end = new CancellationTokenSource();
        var arriving = longPrompts ? ReadLongPromptsAsync(engine, network, end.Token) : Task.CompletedTask;

        var deadline = budget.Deadline(time);
        var times = new StreamTimes[streams];
        var readers = new Task[streams];
        for (var i = 0; i < streams; i++)
        {
            var settings = Settings(network.Prompt(promptTokens, i), budget.MaxTokens, i);
            times[i] = new StreamTimes();
            times[i].Begin(time.GetTimestamp());
            readers[i] = ReadAsync(Start(engine, settings, CancellationToken.None), times[i], deadline, time);
        }

        await Task.WhenAll(readers);
        await end.CancelAsync();
        await arriving;
        return StreamFigures.Of(times, time);
    }

    private static async Task ReadAsync(
        AdmittedGeneration generation,
        StreamTimes times,
        long deadline,
        TimeProvider time)
    {
        await foreach (var item in generation.Events)
        {
            if (item.Done is not null)
            {
                continue;
            }

            var now = time.GetTimestamp();
            times.Arrived(1, now);
            if (now >= deadline)
            {
                // Ends the generation too.
                break;
            }
        }
    }

    private static async Task ReadLongPromptsAsync(GenerationEngine engine, BenchNetwork network, CancellationToken end)
    {
        for (var seed = 1_000_000; !end.IsCancellationRequested; seed++)
        {
            try
            {
                var settings = Settings(network.Prompt(LongPrompt, seed), maxTokens: 1, seed);
                await foreach (var _ in Start(engine, settings, end).Events)
                {
                }
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private static AdmittedGeneration Start(
        GenerationEngine engine,
        GenerationSettings settings,
        CancellationToken cancellation
    ) =>
        engine.TryStart(settings, cancellation) ?? throw new InvalidOperationException("The engine does not admit "
            + "more generations.");

    private static GenerationSettings Settings(int[] prompt, int maxTokens, long seed) =>
        new() { PromptTokens = prompt, MaxTokens = maxTokens, Seed = seed, Sampling = Sampling };
}
