using LmModel.Sampling;

namespace LmModel.Explanation;

/// <summary>
/// The network over one text in fp32, forward and backward through time (Werbos 1990), without libtorch: log
/// probabilities of tokens, and their gradient with respect to the embedded inputs. B copies of the text are read at
/// once, whose first inputs are scaled by different factors.
/// </summary>
internal sealed class NetworkTrace
{
    private readonly TraceNetwork _network;
    private readonly int[] _tokens;                                           // (T)
    private readonly int _scaled;
    private readonly float[] _scales;                                         // (B)
    private readonly LayerTrace[] _layers;
    private readonly float[] _top;                                            // (T, B, H)

    /// <param name="network">The network.</param>
    /// <param name="tokens">(T): the text.</param>
    /// <param name="scaled">The inputs of this many tokens are scaled.</param>
    /// <param name="scales">(B): the factors.</param>
    public NetworkTrace(TraceNetwork network, int[] tokens, int scaled, float[] scales)
    {
        (_network, _tokens, _scaled, _scales) = (network, tokens, scaled, scales);
        _layers = [.. network.Layers.Select(layer => new LayerTrace(network.Config.Cell, layer, scales.Length))];
        _top = _layers.Aggregate(Inputs(), (x, layer) => layer.Forward(x));
    }

    /// <summary>
    /// The log probabilities of tokens, and what each scaled input contributes at first order.
    /// </summary>
    /// <param name="targets">Positions whose next token is predicted, and that token.</param>
    /// <returns>
    /// Values (B): the sum of the log probabilities; Products (scaled, B): gradient · unscaled input of each token.
    /// </returns>
    public (double[] Values, double[][] Products) Explain(IReadOnlyList<(int Position, int Token)> targets)
    {
        var state = _scales.Length * _network.Config.HiddenSize;
        var values = new double[_scales.Length];
        var gradient = new float[_top.Length];                                // (T, B, H): ∂F/∂h of the top layer
        foreach (var (position, token) in targets)
        {
            var logits = _network.Output.Multiply(_top.AsSpan(position * state, state));
            for (var b = 0; b < values.Length; b++)
            {
                values[b] += LogProbability(token, logits.AsSpan(b * _network.Output.Rows, _network.Output.Rows));
            }

            _network.Output.MultiplyTransposed(logits).CopyTo(gradient, position * state);
        }

        for (var l = _layers.Length - 1; l >= 0; l--)
        {
            gradient = _layers[l].Backward(gradient);
        }

        return (values, [.. Enumerable.Range(0, _scaled).Select(t => Products(t, gradient))]);
    }

    private double[] Products(int t, float[] gradient)
    {
        var width = _network.Config.EmbeddingSize;
        var products = new double[_scales.Length];
        for (var b = 0; b < products.Length; b++)
        {
            var place = ((t * _scales.Length) + b) * width;
            for (var e = 0; e < width; e++)
            {
                products[b] += (double)_network.Embedding[(_tokens[t] * width) + e] * gradient[place + e];
            }
        }

        return products;
    }

    private float[] Inputs()
    {
        var width = _network.Config.EmbeddingSize;
        var inputs = new float[_tokens.Length * _scales.Length * width];      // (T, B, E)
        for (var i = 0; i < inputs.Length; i++)
        {
            var (t, b) = (i / width / _scales.Length, i / width % _scales.Length);
            inputs[i] = (t < _scaled ? _scales[b] : 1) * _network.Embedding[(_tokens[t] * width) + (i % width)];
        }

        return inputs;
    }

    /// <summary>ln p of a token; the logits become its gradient with respect to them.</summary>
    /// <param name="token">The token.</param>
    /// <param name="logits">(V), without the bias.</param>
    private double LogProbability(int token, Span<float> logits)
    {
        for (var v = 0; v < logits.Length; v++)
        {
            logits[v] += _network.OutputBias[v];
        }

        var total = Logprobs.LogSumExp(logits);
        var value = logits[token] - total;
        foreach (ref var logit in logits)
        {
            logit = (float)-Math.Exp(logit - total);
        }

        logits[token] += 1;
        return value;
    }
}
