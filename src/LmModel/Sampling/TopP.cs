namespace LmModel.Sampling;

/// <summary>
/// Keeps the smallest set of tokens with Σ pᵢ ≥ p, the nucleus (Holtzman et al. 2020, "The curious case of neural text
/// degeneration", equation 2). The pᵢ are those of the candidates that are left, and sum to 1.
/// </summary>
internal sealed class TopP(float p) : ILogitFilter
{
    // p was given as a decimal but is a float: 0.3 is slightly more than three of ten equal tokens have, so a small
    // tolerance is needed.
    internal const double Rounding = 1 - 1e-6;

    public void Apply(Candidates candidates)
    {
        var weights = candidates.Weights(out var total);
        candidates.KeepBest(candidates.Logits, weights, p * total * Rounding);
    }
}
