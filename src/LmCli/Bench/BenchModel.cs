using LmModel.Inference;
using LmModel.Networks;

namespace LmCli.Bench;

/// <summary>The step model that is measured.</summary>
internal static class BenchModel
{
    /// <summary>Up to this V the model has the first layer's product with the input ready as a table.</summary>
    private const int MaxTableRows = 4096;

    public static IStepModel CreateModel(ModelConfig config, IReadOnlyDictionary<string, float[]> weights) =>
        new TorchStepModel(config, weights);

    /// <summary>
    /// Bytes of weights that a step of one sequence reads: every matrix once, of the embedding a row, of the first layer's
    /// table a row.
    /// </summary>
    public static long BytesPerToken(ModelConfig config)
    {
        long v = config.VocabularySize, e = config.EmbeddingSize, h = config.HiddenSize, g = config.Gates * h;
        var biases = config.Cell is Cell.Gru ? 2 * g : g;
        var later = (config.Layers - 1) * ((2 * g * h) + biases);
        var first = (g * h) + (v <= MaxTableRows ? g : e + (e * g) + biases);
        return (first + later + (v * h) + v) * sizeof(float);
    }
}
