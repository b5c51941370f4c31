namespace LmModel.Sampling;

/// <summary>x′ᵢ = (xᵢ − max x) / T: below 1 sharpens the distribution, above 1 flattens it (Ackley et al. 1985).</summary>
/// <remarks>The maximum, which the softmax ignores, is taken off first so that no T, however small, gives +∞.</remarks>
internal sealed class Temperature(float temperature) : ILogitFilter
{
    public void Apply(Candidates candidates)
    {
        var max = candidates.Max();
        foreach (ref var logit in candidates.Logits)
            logit = (logit - max) / temperature;
    }
}
