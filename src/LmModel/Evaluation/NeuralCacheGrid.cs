using LmModel.Generation;

namespace LmModel.Evaluation;

/// <summary>
/// The loss of a text with neural caches of one size and many values of θ and λ, in one pass: the model runs once, and
/// states are compared once, for all combinations.
/// </summary>
/// <param name="thetas">(Θ).</param>
/// <param name="lambdas">(Λ).</param>
internal sealed class NeuralCacheGrid(float[] thetas, float[] lambdas)
{
    /// <summary>(Θ, Λ): the sums of −ln p.</summary>
    public double[,] Nats { get; } = new double[thetas.Length, lambdas.Length];

    /// <summary>Adds one prediction to all sums.</summary>
    /// <param name="cache">The cache of the text before the token.</param>
    /// <param name="h">(H): the state that the token is predicted from.</param>
    /// <param name="next">The actual next token.</param>
    /// <param name="probability">The probability that the model assigned to it.</param>
    public void Add(NeuralCache cache, ReadOnlySpan<float> h, int next, double probability)
    {
        cache.Compare(h);
        for (var i = 0; i < thetas.Length; i++)
        {
            var cached = cache.Probability(thetas[i], next);
            for (var j = 0; j < lambdas.Length; j++)
            {
                // An empty cache does not change the model's prediction.
                double lambda = cache.Count == 0 ? 0 : lambdas[j];
                Nats[i, j] -= Math.Log((lambda * cached) + ((1 - lambda) * probability));
            }
        }
    }
}
