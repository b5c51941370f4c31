namespace LmModel.Sampling;

/// <summary>
/// x′ᵢ = xᵢ − β · [cᵢ &gt; 0], cᵢ the times token i was generated (<c>presence_penalty</c> of the OpenAI API
/// reference).
/// </summary>
/// <remarks>Runs before anything drops a token, when the index of a candidate is its id.</remarks>
internal sealed class PresencePenalty(float beta, TokenCounts generated) : ILogitFilter
{
    public void Apply(Candidates candidates)
    {
        var logits = candidates.Logits;
        foreach (var id in generated.Distinct)
            logits[id] -= beta;
    }
}
