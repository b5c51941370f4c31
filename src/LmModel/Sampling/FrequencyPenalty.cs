namespace LmModel.Sampling;

/// <summary>
/// x′ᵢ = xᵢ − α · cᵢ, cᵢ the times token i was generated (<c>frequency_penalty</c> of the OpenAI API reference).
/// </summary>
/// <remarks>Runs before anything drops a token, when the index of a candidate is its id.</remarks>
internal sealed class FrequencyPenalty(float alpha, TokenCounts generated) : ILogitFilter
{
    public void Apply(Candidates candidates)
    {
        var logits = candidates.Logits;
        foreach (var id in generated.Distinct)
            logits[id] -= alpha * generated[id];
    }
}
