namespace LmModel.Explanation.Measurement;

/// <summary>
/// How much less probable targets become when the tokens of their context are left out in some order, the most
/// important first: the faster it falls, the better the order knows what matters ("comprehensiveness", DeYoung et al.
/// 2020, "ERASER", arXiv 1911.03429, and the deletion curves of Samek et al. 2017).
/// </summary>
/// <param name="Order">What ordered the tokens.</param>
/// <param name="Drops">(targets, K): F(context) − F(context without its k + 1 first tokens), in nats.</param>
internal sealed record ErasureCurve(string Order, IReadOnlyList<double[]> Drops)
{
    /// <summary>Mean over targets, for each number of tokens left out.</summary>
    public double[] Mean =>
        [.. Enumerable.Range(0, Drops[0].Length).Select(k => Drops.Average(target => target[k]))];

    /// <summary>Mean over targets and numbers of tokens left out: the area below the curve.</summary>
    /// <param name="targets">Indexes of the targets that count.</param>
    public double Area(IEnumerable<int> targets) => targets.Average(target => Drops[target].Average());
}
