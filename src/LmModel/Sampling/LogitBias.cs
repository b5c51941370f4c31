namespace LmModel.Sampling;

/// <summary>
/// x′ᵢ = xᵢ + bᵢ: makes chosen tokens more or less probable (<c>logit_bias</c> of the OpenAI API reference).
/// </summary>
/// <remarks>Runs before anything drops a token, when the index of a candidate is its id.</remarks>
internal sealed class LogitBias(IReadOnlyDictionary<int, float> biases) : ILogitFilter
{
    private readonly KeyValuePair<int, float>[] _biases = [.. biases];

    public void Apply(Candidates candidates)
    {
        var logits = candidates.Logits;
        foreach (var (id, bias) in _biases)
            logits[id] += bias;
    }
}
