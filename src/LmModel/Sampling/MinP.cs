namespace LmModel.Sampling;

/// <summary>
/// Keeps the tokens with pᵢ ≥ m · max p (Nguyen et al. 2024, "Turning up the heat: min-p sampling"), that is,
/// xᵢ ≥ max x + ln m.
/// </summary>
internal sealed class MinP(float m) : ILogitFilter
{
    private readonly double _lnM = Math.Log(m);

    public void Apply(Candidates candidates) => candidates.KeepFrom(candidates.Max() + _lnM);
}
