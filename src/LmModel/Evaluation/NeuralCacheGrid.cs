using LmModel.Generation;

namespace LmModel.Evaluation;

/// <summary>
/// The loss of a text with neural caches of one size and many θ and λ, in one pass: the model is run, and states are
/// compared, once for all of them.
/// </summary>
/// <param name="thetas">(Θ).</param>
/// <param name="lambdas">(Λ).</param>
internal sealed class NeuralCacheGrid(float[] thetas, float[] lambdas)
{
    /// <summary>(Θ, Λ): sums of −ln p.</summary>
    public double[,] Nats { get; } = new double[thetas.Length, lambdas.Length];

    /// <summary>Adds one prediction to all sums.</summary>
    /// <param name="cache">What the text held before the token.</param>
    /// <param name="h">(H): the state that predicts it.</param>
    /// <param name="next">The token that came.</param>
    /// <param name="probability">What the model gave it.</param>
    public void Add(NeuralCache cache, ReadOnlySpan<float> h, int next, double probability)
    {
        cache.Compare(h);
        for (var i = 0; i < thetas.Length; i++)
        {
            var cached = cache.Probability(thetas[i], next);
            for (var j = 0; j < lambdas.Length; j++)
            {
                // An empty cache leaves the model alone.
                double lambda = cache.Count == 0 ? 0 : lambdas[j];
                Nats[i, j] -= Math.Log((lambda * cached) + ((1 - lambda) * probability));
            }
        }
    }
}
