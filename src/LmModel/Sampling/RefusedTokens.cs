namespace LmModel.Sampling;

/// <summary>x′ᵢ = −∞ for the tokens that must not be drawn at this position.</summary>
/// <remarks>Runs before anything drops a token, when the index of a candidate is its id.</remarks>
internal sealed class RefusedTokens : ILogitFilter
{
    private readonly List<int> _ids = [];

    public int Count => _ids.Count;

    public void Add(int id) => _ids.Add(id);

    public void Clear() => _ids.Clear();

    public void Apply(Candidates candidates)
    {
        var logits = candidates.Logits;
        foreach (var id in _ids)
            logits[id] = float.NegativeInfinity;
    }
}
