using LmModel.Numerics;

namespace LmModel.Sampling;

/// <summary>
/// Mirostat 2 (Basu et al. 2021, "Mirostat: a neural text decoding algorithm that directly controls perplexity"): keeps
/// the tokens of a surprise −log₂ pᵢ ≤ μ, at least the best; after the draw of one with the surprise s among those
/// kept, μ ← μ − η · (s − τ). μ begins at 2τ. Surprises are in bits.
/// </summary>
/// <remarks>
/// As in llama.cpp. The surprise that is fed back is the one among the kept tokens, so that is what averages to τ.
/// </remarks>
internal sealed class Mirostat(float tau, float eta) : ILogitFilter
{
    private double _mu = 2.0 * tau;

    public void Apply(Candidates candidates)
    {
        var max = candidates.Max();
        var logTotal = max + Math.Log(Softmax.Total(candidates.Logits, max));
        candidates.KeepFrom(Math.Min(max, logTotal - (_mu * Math.Log(2))));
    }

    public void Drawn(double probability) => _mu -= eta * (-Math.Log2(probability) - tau);
}
