using LmModel.Networks;

namespace LmModel.Explanation;

/// <summary>The weights of a network, packed for <see cref="NetworkTrace"/> in fp32.</summary>
internal sealed class TraceNetwork : IDisposable
{
    public TraceNetwork(NetworkWeights weights)
    {
        (Config, Embedding, OutputBias) = (weights.Config, weights.Embedding, weights.OutputBias);
        Layers =
        [
            .. weights.Layers.Select((layer, l) => new TraceLayer(
                new(layer.InputWeight, l == 0 ? Config.EmbeddingSize : Config.HiddenSize),
                new(layer.StateWeight, Config.HiddenSize),
                layer.InputBias,
                layer.StateBias)),
        ];
        Output = new(weights.Output, Config.HiddenSize);
    }

    public ModelConfig Config { get; }

    /// <summary>(V, E).</summary>
    public float[] Embedding { get; }

    /// <summary>(L).</summary>
    public IReadOnlyList<TraceLayer> Layers { get; }

    /// <summary>(V, H).</summary>
    public TraceMatrix Output { get; }

    /// <summary>(V).</summary>
    public float[] OutputBias { get; }

    public void Dispose()
    {
        foreach (var layer in Layers)
        {
            layer.Input.Dispose();
            layer.State.Dispose();
        }

        Output.Dispose();
    }
}

/// <summary>A layer of a <see cref="TraceNetwork"/>.</summary>
/// <param name="Input">(G·H, I).</param>
/// <param name="State">(G·H, H).</param>
/// <param name="InputBias">(G·H).</param>
/// <param name="StateBias">(G·H).</param>
internal sealed record TraceLayer(TraceMatrix Input, TraceMatrix State, float[] InputBias, float[] StateBias);
