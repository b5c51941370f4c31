namespace LmModel.Sampling;

/// <summary>Keeps the k most probable tokens (Fan et al. 2018, "Hierarchical neural story generation").</summary>
internal sealed class TopK(int k) : ILogitFilter
{
    public void Apply(Candidates candidates)
    {
        if (k < candidates.Count)
            candidates.KeepBest(candidates.Logits, [], k);
    }
}
