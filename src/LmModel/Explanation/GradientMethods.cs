using LmModel.Networks;

namespace LmModel.Explanation;

/// <summary>Contributions by the gradient, with the error of their completeness.</summary>
/// <param name="Values">(n).</param>
/// <param name="CompletenessError">
/// |Σ values − (F(prompt) − F(zero inputs))|, relative to that difference; null for a method that is not complete.
/// </param>
internal sealed record GradientAttribution(double[] Values, double? CompletenessError);

/// <summary>
/// <list type="bullet">
/// <item>Gradient × input (Denil et al. 2014, arXiv 1412.6815; Shrikumar et al. 2016, arXiv 1605.01713): what the
/// embedding of a token contributes at first order.</item>
/// <item>Integrated gradients (Sundararajan, Taly and Yan 2017, arXiv 1703.01365, equation 1): the same, averaged over
/// the way from inputs of zero to the prompt, so that all contributions add up to F(prompt) − F(zero inputs).</item>
/// </list>
/// </summary>
internal static class GradientMethods
{
    private const int FewestNodes = 16;
    private const int MostNodes = 256;

    /// <summary>Nodes times tokens of a prompt are at most this, beyond the fewest nodes, which bounds the time.</summary>
    private const int MostSteps = 2048;

    /// <summary>Points of the way that are computed at once; bounds memory.</summary>
    private const int PointsAtOnce = 6;

    private const double Tolerance = 1e-3;

    /// <param name="weights">The network.</param>
    /// <param name="prompt">(n).</param>
    /// <param name="target">At least one token.</param>
    /// <param name="cancellation">Ends the work between some points of the way.</param>
    public static GradientAttribution GradientTimesInput(
        NetworkWeights weights, int[] prompt, int[] target, CancellationToken cancellation = default)
    {
        var (_, products) = Trace(weights, prompt, target, [1.0], cancellation);
        return new([.. products.Select(p => p[0])], null);
    }

    /// <summary>
    /// Gauss–Legendre quadrature with 16 nodes, and twice as many until the contributions are complete within 1e-3 of
    /// the difference, or up to 256 for a short prompt. Long prompts and rectified networks may need more than that: the
    /// error says so.
    /// </summary>
    /// <inheritdoc cref="GradientTimesInput"/>
    public static GradientAttribution IntegratedGradients(
        NetworkWeights weights, int[] prompt, int[] target, CancellationToken cancellation = default)
    {
        for (var count = FewestNodes; ; count *= 2)
        {
            var (nodes, shares) = GaussLegendre(count);
            // The ends give the difference that the contributions must add up to.
            var (values, products) = Trace(weights, prompt, target, [.. nodes, 0, 1], cancellation);
            double[] contributions =
                [.. products.Select(p => p[..count].Zip(shares, (product, share) => product * share).Sum())];
            var difference = values[^1] - values[^2];
            var error = Math.Abs(contributions.Sum() - difference) / Math.Abs(difference);
            if (error < Tolerance || count >= MostNodes || 2 * count * prompt.Length > MostSteps)
            {
                return new(contributions, error);
            }
        }
    }

    private static (double[] Values, double[][] Products) Trace(
        NetworkWeights weights, int[] prompt, int[] target, double[] scales, CancellationToken cancellation)
    {
        int[] tokens = [.. prompt, .. target[..^1]];
        var targets = target.Select((token, i) => (prompt.Length - 1 + i, token)).ToList();
        var values = new List<double>();
        var products = prompt.Select(_ => new List<double>()).ToList();
        foreach (var points in scales.Chunk(PointsAtOnce))
        {
            cancellation.ThrowIfCancellationRequested();
            var (some, gradients) = new NetworkTrace(weights, tokens, prompt.Length, points).Explain(targets);
            values.AddRange(some);
            foreach (var (all, added) in products.Zip(gradients))
            {
                all.AddRange(added);
            }
        }

        return ([.. values], [.. products.Select(p => p.ToArray())]);
    }

    /// <summary>Nodes and weights on [0, 1]: roots of the Legendre polynomial by Newton's method.</summary>
    internal static (double[] Nodes, double[] Weights) GaussLegendre(int count)
    {
        var (nodes, weights) = (new double[count], new double[count]);
        for (var i = 0; i < count; i++)
        {
            var x = Math.Cos(Math.PI * (i + 0.75) / (count + 0.5));
            double slope;
            double step;
            do
            {
                var (value, before) = (1.0, 0.0);
                for (var k = 1; k <= count; k++)
                {
                    (value, before) = (((((2 * k) - 1) * x * value) - ((k - 1) * before)) / k, value);
                }

                slope = count * ((x * value) - before) / ((x * x) - 1);
                step = value / slope;
                x -= step;
            }
            while (Math.Abs(step) > 1e-15);

            nodes[i] = (1 - x) / 2;
            weights[i] = 1 / ((1 - (x * x)) * slope * slope);
        }

        return (nodes, weights);
    }
}
