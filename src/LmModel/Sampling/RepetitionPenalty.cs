namespace LmModel.Sampling;

/// <summary>
/// x′ᵢ = xᵢ / θ where xᵢ is positive, xᵢ · θ where it is negative, for every token seen in prompt or text (Keskar et
/// al. 2019, "CTRL"). The paper divides always, which would favour tokens with negative logits; the split by sign is
/// that of Hugging Face transformers.
/// </summary>
/// <remarks>Runs before anything drops a token, when the index of a candidate is its id.</remarks>
internal sealed class RepetitionPenalty(float theta, TokenCounts seen) : ILogitFilter
{
    public void Apply(Candidates candidates)
    {
        var logits = candidates.Logits;
        foreach (var id in seen.Distinct)
            logits[id] = logits[id] > 0 ? logits[id] / theta : logits[id] * theta;
    }
}
