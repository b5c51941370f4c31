using LmModel.Networks;

namespace Throughput;

/// <summary>
/// One step of an LSTM network as an ONNX file, for any number of sequences B.
/// <code>
/// tok (1,B) ─ Gather ─ x (1,B,E) ─ LSTM ─ … ─ LSTM ─ Squeeze ─ Gemm ─ p (B,V)
/// h, c (L,B,H) ─ Split ────────────┴─ a layer each ─┴─ Concat ─ h1, c1 (L,B,H)
/// </code>
/// </summary>
internal static class OnnxExport
{
    // PyTorch has the gates in the order i, f, g, o; ONNX wants i, o, f, c, where c is PyTorch's g.
    private static readonly int[] GateOrder = [0, 3, 1, 2];

    /// <param name="weights">Of an LSTM.</param>
    /// <exception cref="ArgumentException">The network is not an LSTM.</exception>
    public static byte[] ToFile(NetworkWeights weights)
    {
        var config = weights.Config;
        if (config.Cell is not Cell.Lstm)
        {
            throw new ArgumentException($"Only LSTMs can be exported, not {config.Cell}.", nameof(weights));
        }

        long v = config.VocabularySize, e = config.EmbeddingSize, h = config.HiddenSize;
        var layers = Enumerable.Range(0, config.Layers).ToArray();
        var graph = new OnnxGraph();
        graph.IntegerInput("tok", 1, "B");
        graph.Input("h", config.Layers, "B", h);
        graph.Input("c", config.Layers, "B", h);
        graph.Output("p", "B", v);
        graph.Output("h1", config.Layers, "B", h);
        graph.Output("c1", config.Layers, "B", h);

        graph.Constant("embedding", [v, e], weights.Embedding);
        graph.Node("Gather", ["embedding", "tok"], ["y_in_0"]);
        graph.Node("Split", ["h"], [.. layers.Select(l => $"h_{l}")], ("axis", 0));
        graph.Node("Split", ["c"], [.. layers.Select(l => $"c_{l}")], ("axis", 0));
        foreach (var layer in layers)
        {
            AddLayer(graph, layer, layer == 0 ? e : h, h, weights.Layers[layer]);
        }

        graph.Node("Concat", [.. layers.Select(l => $"y_in_{l + 1}")], ["h1"], ("axis", 0));
        graph.Node("Concat", [.. layers.Select(l => $"c1_{l}")], ["c1"], ("axis", 0));
        graph.Constant("first", [1], [0L]);
        graph.Node("Squeeze", [$"y_in_{config.Layers}", "first"], ["y"]);
        graph.Constant("fc.weight", [v, h], weights.Output);
        graph.Constant("fc.bias", [v], weights.OutputBias);
        graph.Node("Gemm", ["y", "fc.weight", "fc.bias"], ["p"], ("transB", 1));
        return graph.ToFile();
    }

    /// <summary>One step being all there is, the last h (1, B, H) is also the next layer's input (T, B, H).</summary>
    private static void AddLayer(
        OnnxGraph graph,
        int layer,
        long e,
        long h,
        RecurrentLayerWeights weights)
    {
        graph.Constant($"w_{layer}", [1, 4 * h, e], InOnnxOrder(weights.InputWeight));
        graph.Constant($"r_{layer}", [1, 4 * h, h], InOnnxOrder(weights.StateWeight));
        graph.Constant(
            $"b_{layer}", [1, 8 * h], [.. InOnnxOrder(weights.InputBias), .. InOnnxOrder(weights.StateBias)]);

        // The empty name is the lengths of the sequences, which all have one token.
        graph.Node(
            "LSTM", [$"y_in_{layer}", $"w_{layer}", $"r_{layer}", $"b_{layer}", "", $"h_{layer}", $"c_{layer}"],
            ["", $"y_in_{layer + 1}", $"c1_{layer}"], ("hidden_size", h));
    }

    /// <param name="values">Rows of four gates, one gate after another.</param>
    internal static float[] InOnnxOrder(float[] values)
    {
        var size = values.Length / GateOrder.Length;
        var ordered = new float[values.Length];
        for (var gate = 0; gate < GateOrder.Length; gate++)
        {
            values.AsSpan(GateOrder[gate] * size, size).CopyTo(ordered.AsSpan(gate * size));
        }

        return ordered;
    }
}
