using System.Globalization;
using LmModel.Inference.Engines;
using LmModel.Networks;
using LmModel.Training.Batches;
using LmModel.Training.Settings;

namespace LmModel.Training.Planning;

/// <summary>
/// The memory that a training or a scoring must have at once, estimated from shapes before it begins.
/// </summary>
/// <remarks>
/// The least, not the usual: while there is free memory the garbage collector leaves copies lying that are no longer
/// used. Measured peaks stand beside it in docs/training.md.
/// </remarks>
/// <param name="Weights">Bytes of the parameters and of all that is kept of each of them.</param>
/// <param name="Windows">
/// Bytes of what is computed at once from the text: activations, their gradients and logits.
/// </param>
internal sealed record MemoryNeed(long Weights, long Windows)
{
    /// <summary>Code, libraries and buffers of a process that has hardly a network.</summary>
    private const long Process = 100L << 20;

    /// <summary>States that a decoder scores side by side.</summary>
    private const int ScoredAtOnce = 64;

    /// <summary>B · T · V that libtorch scores at once, bytes.</summary>
    private const long TorchLogits = 1L << 28;

    public long Bytes => Process + Weights + Windows;

    /// <summary>
    /// What the process may use: of a container 75 % of its limit, which is what the runtime takes for its heap.
    /// </summary>
    public static long Available => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;

    /// <summary>A training, at its largest: while a checkpoint is written.</summary>
    public static MemoryNeed OfTraining(ModelConfig config, TrainingSettings settings)
    {
        // fp32: value, gradient, both moments and average; the average, as it is validated, and the decoder's copy of
        // it; what a checkpoint keeps of the first five but the gradient. And once in the products' format.
        var isBf16 = (settings.Arithmetic ?? ProcessorArithmetic.Fastest) is TrainingArithmetic.Bf16;
        var product = isBf16 ? sizeof(ushort) : sizeof(float);
        var weights = config.ParameterCount * ((5 + 2 + 4) * sizeof(float) + product);

        long steps = settings.JitterWindows ? WindowJitter.Longest(settings.WindowLength) : settings.WindowLength;
        var tokens = steps * settings.BatchSize;                              // T · B
        var gates = config.Gates * (config.Cell.Traits().KeepsStateSumApart ? 2L : 1);
        // Gates, h, ∂L/∂h and h after its dropout; an LSTM's c in fp32.
        var layer = config.HiddenSize * (((gates + 3) * product) + (config.StateVectors > 1 ? sizeof(float) : 0));
        long width = settings.SampledTokens > 0
            ? Math.Min(settings.SampledTokens, config.VocabularySize)
            : config.VocabularySize;
        var embedded = 2L * config.EmbeddingSize * product;
        return new(weights, tokens * ((config.Layers * layer) + embedded + (width * product)));
    }

    /// <summary>Scoring a text with a model that is read from its folder.</summary>
    public static MemoryNeed OfScoring(ModelConfig config, InferenceEngine engine)
    {
        // As they are read, and as they are multiplied.
        var weights = config.ParameterCount * 2 * sizeof(float);
        var logits = (long)ScoredAtOnce * config.VocabularySize * sizeof(float);
        return new(weights, engine is InferenceEngine.Torch ? Math.Max(logits, TorchLogits) : logits);
    }

    /// <summary>Says how much is needed and how much there is.</summary>
    /// <param name="what">Such as <c>This training</c>.</param>
    /// <param name="available">Bytes that there are.</param>
    /// <param name="advice">What to change, as a sentence.</param>
    public string Describe(string what, long available, string advice) =>
        $"{what} needs at least {Size(Bytes)} of memory, {Size(Weights)} of it for the weights and "
        + $"{Size(Windows)} for what is computed from the text at once, and there are {Size(available)}. {advice}";

    private static string Size(long bytes) => string.Create(
        CultureInfo.InvariantCulture,
        $"{(bytes < 1L << 30 ? $"{bytes >> 20:N0} MiB" : $"{bytes / (double)(1L << 30):N1} GiB")}");
}
