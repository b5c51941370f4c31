using System.Numerics;
using LmModel.Networks;

namespace LmModel.Explanation;

/// <summary>
/// The network over one text in double precision, forward and backward through time (Werbos 1990), without libtorch:
/// log probabilities of tokens, and their gradient with respect to the embedded inputs. B copies of the text are read
/// at once, whose first inputs are scaled by different factors.
/// </summary>
internal sealed class NetworkTrace
{
    private readonly NetworkWeights _weights;
    private readonly int[] _tokens;                                           // (T)
    private readonly int _scaled;
    private readonly double[] _scales;                                        // (B)
    private readonly LayerTrace[] _layers;
    private readonly double[][] _inputs;                                      // (T): (B, E)
    private readonly int _width;

    /// <param name="weights">The network.</param>
    /// <param name="tokens">(T): the text.</param>
    /// <param name="scaled">The inputs of this many tokens are scaled.</param>
    /// <param name="scales">(B): the factors.</param>
    public NetworkTrace(NetworkWeights weights, int[] tokens, int scaled, double[] scales)
    {
        (_weights, _tokens, _scaled, _scales) = (weights, tokens, scaled, scales);
        _width = weights.Config.EmbeddingSize;
        _layers =
        [
            .. weights.Layers.Select((layer, l) => new LayerTrace(
                weights.Config.Cell,
                layer,
                l == 0 ? _width : weights.Config.HiddenSize,
                weights.Config.HiddenSize,
                tokens.Length,
                scales.Length)),
        ];
        _inputs = [.. Enumerable.Range(0, tokens.Length).Select(Input)];
        foreach (var (t, input) in _inputs.Index())
        {
            var x = input;
            foreach (var layer in _layers)
            {
                x = layer.Forward(t, x);
            }
        }
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
        var (count, hidden) = (_scales.Length, _weights.Config.HiddenSize);
        var values = new double[count];
        var above = new double[_tokens.Length][];                             // (T): (B, H), ∂F/∂h of the top layer
        foreach (var (position, token) in targets)
        {
            var gradient = above[position] ??= new double[count * hidden];
            Parallel.For(0, count, b => values[b] += LogProbability(
                token,
                _layers[^1].Hidden(position).AsSpan(b * hidden, hidden),
                gradient.AsSpan(b * hidden, hidden)));
        }

        for (var l = _layers.Length - 1; l >= 0; l--)
        {
            above = _layers[l].Backward(above);
        }

        return (values, [.. Enumerable.Range(0, _scaled).Select(t => Products(t, above[t]))]);
    }

    private double[] Products(int t, double[] gradient)
    {
        var embedding = _weights.Embedding.AsSpan(_tokens[t] * _width, _width);
        var products = new double[_scales.Length];
        for (var b = 0; b < products.Length; b++)
        {
            products[b] = Rows.Dot(embedding, gradient.AsSpan(b * _width, _width));
        }

        return products;
    }

    private double[] Input(int t)
    {
        var input = new double[_scales.Length * _width];
        for (var b = 0; b < _scales.Length; b++)
        {
            var scale = t < _scaled ? _scales[b] : 1;
            for (var e = 0; e < _width; e++)
            {
                input[(b * _width) + e] = scale * _weights.Embedding[(_tokens[t] * _width) + e];
            }
        }

        return input;
    }

    /// <summary>ln p of a token after a state; adds its gradient with respect to the state.</summary>
    private double LogProbability(int token, ReadOnlySpan<double> h, Span<double> gradient)
    {
        var logits = new double[_weights.OutputBias.Length];
        for (var v = 0; v < logits.Length; v++)
        {
            logits[v] = _weights.OutputBias[v] + Rows.Dot(_weights.Output.AsSpan(v * h.Length, h.Length), h);
        }

        var max = logits.Max();
        var sum = logits.Sum(x => Math.Exp(x - max));
        for (var v = 0; v < logits.Length; v++)
        {
            var p = Math.Exp(logits[v] - max) / sum;
            Rows.Add(_weights.Output.AsSpan(v * h.Length, h.Length), (v == token ? 1 : 0) - p, gradient);
        }

        return logits[token] - max - Math.Log(sum);
    }
}

/// <summary>Products of rows of fp32 weights with vectors of doubles.</summary>
internal static class Rows
{
    public static double Dot(ReadOnlySpan<float> row, ReadOnlySpan<double> x)
    {
        var (low, high) = (Vector<double>.Zero, Vector<double>.Zero);
        var k = 0;
        for (; k <= row.Length - Vector<float>.Count; k += Vector<float>.Count)
        {
            Vector.Widen(new Vector<float>(row[k..]), out var first, out var second);
            low += first * new Vector<double>(x[k..]);
            high += second * new Vector<double>(x[(k + Vector<double>.Count)..]);
        }

        var sum = Vector.Sum(low + high);
        for (; k < row.Length; k++)
        {
            sum += row[k] * x[k];
        }

        return sum;
    }

    /// <summary>target += factor · row.</summary>
    public static void Add(ReadOnlySpan<float> row, double factor, Span<double> target)
    {
        var k = 0;
        for (; k <= row.Length - Vector<float>.Count; k += Vector<float>.Count)
        {
            Vector.Widen(new Vector<float>(row[k..]), out var first, out var second);
            var middle = k + Vector<double>.Count;
            (new Vector<double>(target[k..]) + (first * factor)).CopyTo(target[k..]);
            (new Vector<double>(target[middle..]) + (second * factor)).CopyTo(target[middle..]);
        }

        for (; k < row.Length; k++)
        {
            target[k] += factor * row[k];
        }
    }
}
