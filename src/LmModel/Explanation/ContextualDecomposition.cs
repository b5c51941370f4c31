using LmModel.Sampling;

namespace LmModel.Explanation;

/// <summary>
/// Contextual decomposition of an LSTM (Murdoch, Liu and Yu 2018, "Beyond word importance", arXiv 1801.05453): each
/// state is split into what one token brought, β, alone or together with the biases, and the rest, γ. The split goes
/// through each gate by the average of the orders in which its summands can be added (their equations 9 to 25). The
/// contribution of a token is F − F without its β in the logits.
/// </summary>
/// <remarks>
/// All tokens of the prompt are decomposed at once, each in a column. γ is never stored: it is the state less β.
/// </remarks>
internal sealed class ContextualDecomposition
{
    private readonly TraceNetwork _network;
    private readonly int _columns;                                            // n, the tokens of the prompt
    private readonly LayerSplit[] _layers;

    private ContextualDecomposition(TraceNetwork network, int columns)
    {
        (_network, _columns) = (network, columns);
        _layers = [.. network.Layers.Select(layer => new LayerSplit(layer, columns))];
    }

    /// <param name="network">An LSTM.</param>
    /// <param name="prompt">(n).</param>
    /// <param name="target">At least one token.</param>
    /// <param name="cancellation">Ends the work between two tokens.</param>
    /// <returns>(n).</returns>
    public static double[] Explain(
        TraceNetwork network, int[] prompt, int[] target, CancellationToken cancellation = default)
    {
        var split = new ContextualDecomposition(network, prompt.Length);
        var values = new double[prompt.Length];
        int[] tokens = [.. prompt, .. target[..^1]];
        for (var step = 0; step < tokens.Length; step++)
        {
            cancellation.ThrowIfCancellationRequested();
            split.Read(tokens[step], step);
            if (step >= prompt.Length - 1)
            {
                split.AddContributions(target[step - prompt.Length + 1], values);
            }
        }

        return values;
    }

    private void Read(int token, int step)
    {
        var width = _network.Config.EmbeddingSize;
        var x = _network.Embedding.AsSpan(token * width, width).ToArray();
        // Only the column of this token gets its embedding; tokens that were not read yet have brought nothing.
        var read = Math.Min(step + 1, _columns);
        var relevant = new float[read * width];
        if (step < _columns)
        {
            x.CopyTo(relevant, step * width);
        }

        foreach (var layer in _layers)
        {
            (x, relevant) = layer.Step(x, relevant, read, step);
        }
    }

    private void AddContributions(int token, double[] values)
    {
        var logits = _network.Output.Multiply(_layers[^1].Hidden);            // (V)
        for (var v = 0; v < logits.Length; v++)
        {
            logits[v] += _network.OutputBias[v];
        }

        var value = logits[token] - Logprobs.LogSumExp(logits);
        var parts = _network.Output.Multiply(_layers[^1].Relevant);           // (n, V)
        Parallel.For(0, _columns, b =>
        {
            var without = parts.AsSpan(b * logits.Length, logits.Length);
            for (var v = 0; v < without.Length; v++)
            {
                without[v] = logits[v] - without[v];
            }

            values[b] += value - (without[token] - Logprobs.LogSumExp(without));
        });
    }
}
