using LmModel.Checkpoints;
using LmModel.Generation;
using LmModel.Inference;
using LmModel.Sampling;

namespace LmModel.Evaluation.Samples;

/// <summary>Lets a model continue the prompts of passages, many at once.</summary>
internal static class SampleDrawing
{
    /// <summary>Texts that are stepped together.</summary>
    private const int TextsAtOnce = 128;

    /// <summary>Continues each prompt in each way, with the number of the prompt as the seed.</summary>
    /// <param name="folder">The model.</param>
    /// <param name="model">Of the folder; left open.</param>
    /// <param name="passages">Each prompt is continued by as many tokens as what follows it has.</param>
    /// <param name="settings">Ways to draw.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>(setting, passage).</returns>
    public static async Task<IReadOnlyList<IReadOnlyList<SampleText>>> DrawAsync(
        ModelFolder folder, IStepModel model, IReadOnlyList<SampleText> passages,
        IReadOnlyList<SamplingSettings> settings, CancellationToken cancellation)
    {
        using var engine = new GenerationEngine(
            model, folder.Tokenizer, folder.Config.StartToken,
            GenerationEngineOptions.Unbounded with { MaxActive = TextsAtOnce }, TimeProvider.System);
        // Twice the batch, so that the next texts are ready when places become free.
        using var places = new SemaphoreSlim(2 * TextsAtOnce);
        var running = settings.Select(setting => passages.Select((passage, seed) => DrawAsync(
            engine,
            passage,
            new GenerationSettings
            {
                PromptTokens = folder.Tokenizer.Encode(passage.Prompt, cancellation),
                MaxTokens = folder.Tokenizer.Encode(passage.Text, cancellation).Length,
                Seed = seed,
                Sampling = setting,
            },
            places,
            cancellation)).ToList()).ToList();
        await Task.WhenAll(running.SelectMany(tasks => tasks));
        return [.. running.Select(tasks => (IReadOnlyList<SampleText>)[.. tasks.Select(task => task.Result)])];
    }

    private static async Task<SampleText> DrawAsync(
        GenerationEngine engine, SampleText passage, GenerationSettings settings, SemaphoreSlim places,
        CancellationToken cancellation)
    {
        await places.WaitAsync(cancellation);
        try
        {
            await foreach (var item in engine.TryStart(settings, cancellation)!.Events)
            {
                if (item.Done is { } done)
                {
                    return new(passage.Prompt, done.Text);
                }
            }

            throw new InvalidOperationException("A generation ended without its last event.");
        }
        finally
        {
            places.Release();
        }
    }
}
