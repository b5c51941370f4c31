using LmModel.Checkpoints;
using LmModel.Corpora;
using LmModel.Inference.Engines;

namespace LmModel.Evaluation.Samples;

/// <summary>Chooses how a model that was just trained is drawn from, and writes it into the model's folder.</summary>
internal static class DefaultsRecord
{
    private const int Texts = 24;
    private const int Tokens = 200;

    /// <summary>N-grams are counted in so many characters at most: for seconds, not minutes.</summary>
    private const int MostCounted = 1_500_000;

    /// <summary>Fewer texts than that say nothing.</summary>
    private const int LeastTexts = ItemBootstrap.LeastItems;

    /// <summary>Measures a few ways on a few texts, and writes <c>generation_config.json</c>.</summary>
    /// <param name="path">The model folder.</param>
    /// <param name="split">The text that the model was trained on, and the part that was held out.</param>
    /// <param name="threads">Threads that draw, at least 1.</param>
    /// <param name="cancellation">Ends the measurement.</param>
    /// <returns>Null, and nothing is written, where the held-out text is too short.</returns>
    public static async Task<SampleComparison?> SaveAsync(
        string path, CorpusSplit split, int threads, CancellationToken cancellation)
    {
        var folder = ModelFolder.Open(path);
        var text = string.Concat(split.Validation.Sample(MostCounted));
        if (SamplePassages.Possible(text, folder.Tokenizer, Texts, Tokens, cancellation) < LeastTexts)
        {
            return null;
        }

        var passages = SamplePassages.Of(text, folder.Tokenizer, Texts, Tokens, cancellation);
        if (passages.Count < LeastTexts)
        {
            return null;
        }

        using var model = StepModels.Create(
            folder.ReadWeights(), InferenceEngine.Managed, folder.DefaultPrecision, threads);
        var compared = await SampleComparison.OfAsync(
            (folder, model), SampleGrid.Quick, text, passages, split.Training, MostCounted, other: null, cancellation);
        folder.SaveDefaults(folder.Defaults with { Sampling = compared.Ways[compared.Chosen!.Value] });
        return compared;
    }
}
