using LmModel.Networks;

namespace LmModel.Tests.Inference;

/// <summary>A network with PyTorch's initial weights, uniform within ±1 / √H.</summary>
internal static class RandomNetwork
{
    public static (ModelConfig Config, NetworkWeights Weights) Of(
        Cell cell, int layers, int hidden, int embedding, int vocabulary, int seed = 1)
    {
        var config = new ModelConfig
        {
            Cell = cell,
            Layers = layers,
            HiddenSize = hidden,
            EmbeddingSize = embedding,
            VocabularySize = vocabulary,
        };
        var random = new Random(seed);
        var bound = 1 / MathF.Sqrt(hidden);
        return (config, NetworkWeights.Of(config, config.ParameterShapes.ToDictionary(
            p => p.Name,
            p => Enumerable.Range(0, (int)p.Shape.Aggregate(1L, (n, d) => n * d))
                .Select(_ => bound * ((2 * random.NextSingle()) - 1)).ToArray())));
    }
}
