using LmModel.Inference.Managed;
using LmModel.Numerics;

namespace LmModel.Generation;

/// <summary>
/// The continuous cache of one text (Grave, Joulin and Usunier 2017, "Improving Neural Language Models with a
/// Continuous Cache", section 3): what followed similar states becomes more probable.
/// <code>
/// p(w) = (1 − λ) p_model(w) + λ Σᵢ softmaxᵢ(θ hᵢ · h) [wᵢ = w]       the last `size` positions i, wᵢ what followed hᵢ
/// </code>
/// </summary>
/// <remarks>
/// <para>Exact, and a function of those positions, h and the logits alone: products are single chains of additions,
/// sums run from the oldest position to the newest, and exp and ln are computed by our own code. A token costs size · H
/// multiplications and one pass over the vocabulary. Not thread-safe. An empty cache leaves the model alone.</para>
/// <para>It raises the logits of the tokens that it holds and leaves the others as they are: with Z = Σ exp(x),
/// exp(x'(w)) = exp(x(w)) + Z λ / (1 − λ) p_cache(w), which sums to Z / (1 − λ). Penalties that depend on the sign or
/// size of a logit therefore act as they do without a cache.</para>
/// </remarks>
internal sealed class NeuralCache : IDisposable
{
    private readonly HiddenHistory _history;
    private readonly int[] _followed; // by row of the history
    private readonly float[] _distances; // (n), hᵢ · h below the highest; at most 0
    private readonly float[] _scores; // (n)
    private readonly float[] _weights; // (n), filled up
    private readonly int[] _place; // (V): 1 + where a token stands in those below; 0 between two calls
    private readonly int[] _tokens; // distinct ones, in the order of their oldest position
    private readonly double[] _masses;

    /// <param name="size">Positions remembered, at least 1.</param>
    /// <param name="hidden">H.</param>
    /// <param name="vocabularySize">V.</param>
    /// <param name="kernels">The arithmetic; null for the best that this processor has.</param>
    public NeuralCache(int size, int hidden, int vocabularySize, StepKernels? kernels = null)
    {
        _history = new HiddenHistory(size, hidden, kernels ?? StepKernels.Best);
        var filled = PackedMatrix.RoundUp(size, Softmax.Lanes);
        (_followed, _tokens, _masses) = (new int[size], new int[size], new double[size]);
        (_distances, _scores, _weights) = (new float[size], new float[size], new float[filled]);
        _place = new int[vocabularySize];
    }

    /// <summary>Positions held.</summary>
    public int Count => _history.Count;

    /// <summary>The maximum size in bytes of a cache that has seen this many positions.</summary>
    public static long Bytes(int size, int positions, int hidden, int vocabularySize) =>
        HiddenHistory.Bytes(Math.Min(size, positions), hidden)
        + ((long)size * ((2 * sizeof(int)) + (3 * sizeof(float)) + sizeof(double)))
        + ((long)vocabularySize * sizeof(int));

    /// <summary>Adds a position, which replaces the oldest if the cache is full.</summary>
    /// <param name="h">(H): the top layer's hidden state at this position.</param>
    /// <param name="next">The token that followed.</param>
    /// <exception cref="InvalidOperationException">The state is not finite.</exception>
    public void Add(ReadOnlySpan<float> h, int next)
    {
        foreach (var value in h)
        {
            if (!float.IsFinite(value))
            {
                throw new InvalidOperationException(
                    $"The hidden state has the value {value}, which a cache cannot compare.");
            }
        }

        _followed[_history.Next] = next;
        _history.Add(h);
    }

    /// <summary>Forgets all positions.</summary>
    public void Clear() => _history.Clear();

    /// <summary>Mixes the cache into the prediction of the model.</summary>
    /// <param name="h">(H): the state that gave the logits.</param>
    /// <param name="logits">
    /// (V): overwritten by those of the mixture, ln p plus a constant. Not changed if the model gives no distribution,
    /// which the sampler refuses.
    /// </param>
    /// <param name="theta">θ, at least 0.</param>
    /// <param name="lambda">λ in [0, 1).</param>
    /// <exception cref="InvalidOperationException">A product with the state is not finite.</exception>
    public void Mix(ReadOnlySpan<float> h, Span<float> logits, float theta, float lambda)
    {
        if (Count == 0
            || lambda == 0
            || !Softmax.AllBelowInfinity(logits)
            || Softmax.Max(logits) is float.NegativeInfinity)
        {
            return;
        }

        Compare(h);
        var total = Weigh(theta);
        var distinct = Collect();
        for (var i = 0; i < distinct; i++)
        {
            _scores[i] = logits[_tokens[i]];
        }

        var max = Softmax.Max(logits);
        var share = lambda / (1.0 - lambda) * Softmax.Total(logits, max) / total;
        Softmax.Weights(_scores.AsSpan(0, distinct), max, _weights);
        for (var i = 0; i < distinct; i++)
        {
            var added = share * _masses[i];

            // A token whose weight rounds to 0 keeps its logit to the last bit.
            if (added > 0)
            {
                logits[_tokens[i]] = (float)(max + Softmax.Log(_weights[i] + added));
            }

            _place[_tokens[i]] = 0;
        }
    }

    /// <summary>Compares a state with all that are held, for <see cref="Probability"/>.</summary>
    /// <param name="h">(H).</param>
    /// <exception cref="InvalidOperationException">A product is not finite.</exception>
    public void Compare(ReadOnlySpan<float> h)
    {
        if (Count == 0)
        {
            return;
        }

        var products = _distances.AsSpan(0, Count);
        _history.Multiply(h, products);
        var max = Softmax.AllBelowInfinity(products) ? Softmax.Max(products) : float.NaN;
        if (!float.IsFinite(max))
        {
            throw new InvalidOperationException(
                $"The product of two hidden states is {max}, which gives no distribution.");
        }

        foreach (ref var product in products)
        {
            product -= max;
        }
    }

    /// <summary>p_cache of a token after the state compared last; 0 if the cache is empty.</summary>
    public double Probability(float theta, int token)
    {
        if (Count == 0)
        {
            return 0;
        }

        var (total, mass) = (Weigh(theta), 0.0);
        for (var i = 0; i < Count; i++)
        {
            mass += _followed[_history.Row(i)] == token ? _weights[i] : 0;
        }

        return mass / total;
    }

    public void Dispose() => _history.Dispose();

    /// <summary>exp(θ distance) of each position; returns their sum, which is at least 1.</summary>
    private double Weigh(float theta)
    {
        var scores = _scores.AsSpan(0, Count);
        for (var i = 0; i < scores.Length; i++)
        {
            scores[i] = theta * _distances[i];
        }

        return Softmax.Weights(scores, 0, _weights);
    }

    /// <summary>Adds up the weights of each token; returns how many tokens there are.</summary>
    private int Collect()
    {
        var distinct = 0;
        for (var i = 0; i < Count; i++)
        {
            var token = _followed[_history.Row(i)];
            ref var place = ref _place[token];
            if (place == 0)
            {
                (_tokens[distinct], _masses[distinct]) = (token, 0);
                place = ++distinct;
            }

            _masses[place - 1] += _weights[i];
        }

        return distinct;
    }
}
