namespace LmModel.Networks;

/// <summary>
/// The names that PyTorch's <c>state_dict</c> gives the parameters of <c>nn.Embedding</c>, <c>nn.RNN</c>,
/// <c>nn.GRU</c> or <c>nn.LSTM</c>, and <c>nn.Linear</c>. Files and the TorchSharp module use them; everything else
/// uses <see cref="NetworkWeights"/>.
/// </summary>
internal static class ParameterNames
{
    public const string Embedding = "embedding.weight";
    public const string Output = "fc.weight";
    public const string OutputBias = "fc.bias";

    public static string InputWeight(int layer) => $"rnn.weight_ih_l{layer}";

    public static string StateWeight(int layer) => $"rnn.weight_hh_l{layer}";

    public static string InputBias(int layer) => $"rnn.bias_ih_l{layer}";

    public static string StateBias(int layer) => $"rnn.bias_hh_l{layer}";

    public static bool IsRecurrentMatrix(string name) => name.StartsWith("rnn.weight", StringComparison.Ordinal);

    public static bool IsStateWeight(string name) => name.StartsWith("rnn.weight_hh", StringComparison.Ordinal);

    public static bool IsInputBias(string name) => name.StartsWith("rnn.bias_ih", StringComparison.Ordinal);

    /// <summary>The matrix that gives the logits: the embedding where weights are tied.</summary>
    public static string OutputOf(ModelConfig config) => config.TieWeights ? Embedding : Output;

    /// <summary>Every parameter of a network in PyTorch's order, with its shape.</summary>
    public static IReadOnlyList<(string Name, long[] Shape)> Shapes(ModelConfig config)
    {
        long v = config.VocabularySize, e = config.EmbeddingSize, h = config.HiddenSize, g = config.Gates * h;
        return
        [
            (Embedding, [v, e]),
            .. Enumerable.Range(0, config.Layers).SelectMany(IEnumerable<(string, long[])> (layer) =>
            [
                (InputWeight(layer), [g, layer == 0 ? e : h]),
                (StateWeight(layer), [g, h]),
                (InputBias(layer), [g]),
                (StateBias(layer), [g]),
            ]),
            .. config.TieWeights ? Array.Empty<(string, long[])>() : [(Output, [v, h])],
            (OutputBias, [v]),
        ];
    }
}
