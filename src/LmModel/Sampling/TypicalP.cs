namespace LmModel.Sampling;

/// <summary>
/// Keeps the smallest set with Σ pᵢ ≥ p of the tokens whose surprise is nearest to the expected one (Meister et al.
/// 2022, "Locally typical sampling"): |−ln pᵢ − H(p)| = |Σⱼ pⱼ xⱼ − xᵢ|, the distance from the mean logit.
/// </summary>
/// <remarks>Of equal distances the lower ids are kept. The most probable token may be dropped, if it is not surprising
/// enough.</remarks>
internal sealed class TypicalP(float p) : ILogitFilter
{
    public void Apply(Candidates candidates)
    {
        var weights = candidates.Weights(out var total);
        var logits = candidates.Logits;
        var sum = 0.0;
        for (var i = 0; i < weights.Length; i++)
        {
            // A weight of 0 may be that of −∞, and −∞ times 0 is NaN.
            if (weights[i] > 0)
                sum += weights[i] * (double)logits[i];
        }

        var mean = sum / total;
        var nearness = candidates.Scores;
        for (var i = 0; i < nearness.Length; i++)
            nearness[i] = (float)-Math.Abs(mean - logits[i]);
        candidates.KeepBest(nearness, weights, p * total * TopP.Rounding);
    }
}
