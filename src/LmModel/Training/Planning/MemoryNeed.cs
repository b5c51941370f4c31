using System.Globalization;
using LmModel.Inference.Engines;
using LmModel.Networks;
using LmModel.Training.Batches;
using LmModel.Training.Settings;

namespace LmModel.Training.Planning;

/// <summary>
/// The peak memory of a training or a scoring, estimated from the shapes before it starts.
/// </summary>
/// <remarks>
/// This is a minimum: while memory is free, the garbage collector does not collect copies that are no longer used.
/// docs/training.md compares it with measured peaks.
/// </remarks>
/// <param name="Weights">Bytes of the parameters and of everything that is stored for each parameter.</param>
/// <param name="Windows">
/// Bytes of everything computed at once from the text: activations, their gradients and logits.
/// </param>
internal sealed record MemoryNeed(long Weights, long Windows)
{
    /// <summary>Bytes of code, libraries and buffers in a process with a tiny network.</summary>
    private const long Process = 100L << 20;

    /// <summary>Number of states that a decoder scores together.</summary>
    private const int ScoredAtOnce = 64;

    /// <summary>Bytes of the B · T · V logits that libtorch scores at once.</summary>
    private const long TorchLogits = 1L << 28;

    public long Bytes => Process + Weights + Windows;

    /// <summary>
    /// The memory that the process may use. In a container this is 75 % of its limit, which the runtime uses for its
    /// heap.
    /// </summary>
    public static long Available => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;

    /// <summary>The memory of a training at its peak, while a checkpoint is written.</summary>
    public static MemoryNeed OfTraining(ModelConfig config, TrainingSettings settings)
    {
        // fp32: value, gradient, both moments and average; a copy of the average for the validation, and the decoder's
        // copy; for a checkpoint, another copy of the first five except the gradient. In addition, one copy in the
        // products' format.
        var isBf16 = (settings.Arithmetic ?? ProcessorArithmetic.Fastest) is TrainingArithmetic.Bf16;
        var product = isBf16 ? sizeof(ushort) : sizeof(float);
        var weights = config.ParameterCount * ((5 + 2 + 4) * sizeof(float) + product);

        long steps = settings.JitterWindows ? WindowJitter.Longest(settings.WindowLength) : settings.WindowLength;
        var tokens = steps * settings.BatchSize;                              // T · B
        var gates = config.Gates * (config.Cell.Traits().KeepsStateSumApart ? 2L : 1);
        // Gates, h, ∂L/∂h, and h after its dropout; for an LSTM also c in fp32.
        var layer = config.HiddenSize * (((gates + 3) * product) + (config.StateVectors > 1 ? sizeof(float) : 0));
        long width = settings.SampledTokens > 0
            ? Math.Min(settings.SampledTokens, config.VocabularySize)
            : config.VocabularySize;
        var embedded = 2L * config.EmbeddingSize * product;
        return new(weights, tokens * ((config.Layers * layer) + embedded + (width * product)));
    }

    /// <summary>The memory of scoring a text with a model that is read from its folder.</summary>
    public static MemoryNeed OfScoring(ModelConfig config, InferenceEngine engine)
    {
        // One copy as read from the file, and one in the format of the products.
        var weights = config.ParameterCount * 2 * sizeof(float);
        var logits = (long)ScoredAtOnce * config.VocabularySize * sizeof(float);
        return new(weights, engine is InferenceEngine.Torch ? Math.Max(logits, TorchLogits) : logits);
    }

    /// <summary>Describes how much memory is needed and how much is available.</summary>
    /// <param name="what">The subject of the sentence, such as <c>This training</c>.</param>
    /// <param name="available">Available bytes.</param>
    /// <param name="advice">A sentence that says what to change.</param>
    public string Describe(string what, long available, string advice) =>
        $"{what} needs at least {Size(Bytes)} of memory, {Size(Weights)} for the weights and "
        + $"{Size(Windows)} for what is computed from the text at once, but only {Size(available)} are "
        + $"available. {advice}";

    private static string Size(long bytes) => string.Create(
        CultureInfo.InvariantCulture,
        $"{(bytes < 1L << 30 ? $"{bytes >> 20:N0} MiB" : $"{bytes / (double)(1L << 30):N1} GiB")}");
}
