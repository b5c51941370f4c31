namespace LmModel.Explanation;

/// <summary>Contributions by the gradient, with the error of their completeness.</summary>
/// <param name="Values">(n).</param>
/// <param name="CompletenessError">
/// |Σ values − (F(prompt) − F(zero inputs))|, relative to that difference; null for a method that is not complete.
/// </param>
internal sealed record NetworkAttribution(double[] Values, double? CompletenessError);

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
    /// <summary>Nodes of the quadrature in an interval of the way.</summary>
    private const int Nodes = 8;

    /// <summary>Bounds the time.</summary>
    private const int MostIntervals = 64;

    private const double Tolerance = 1e-3;

    private static readonly (double[] Nodes, double[] Weights) Quadrature = GaussLegendre(Nodes);

    /// <param name="network">The network.</param>
    /// <param name="prompt">(n).</param>
    /// <param name="target">At least one token.</param>
    public static NetworkAttribution GradientTimesInput(TraceNetwork network, int[] prompt, int[] target)
    {
        var (_, products) = Trace(network, prompt, target, [1]);
        return new([.. products.Select(p => p[0])], null);
    }

    /// <summary>
    /// Gauss–Legendre quadrature with 8 nodes in each interval of the way. What the contributions of an interval must
    /// add up to is known: the difference of F between its ends. So the interval that misses it most is halved until
    /// what all miss is within 1e-3 of the whole difference. Where F changes fast, which is mostly near inputs of zero,
    /// the intervals become short, and only there. Rectified networks may need more of them than are allowed: the error
    /// says so.
    /// </summary>
    /// <param name="network">The network.</param>
    /// <param name="prompt">(n).</param>
    /// <param name="target">At least one token.</param>
    /// <param name="cancellation">Ends the work between intervals.</param>
    public static NetworkAttribution IntegratedGradients(
        TraceNetwork network, int[] prompt, int[] target, CancellationToken cancellation = default)
    {
        var intervals = Integrate(network, prompt, target, [0, 1]).ToList();
        var difference = intervals[0].Difference;
        while (intervals.Sum(interval => Math.Abs(interval.Missing)) > Tolerance * Math.Abs(difference)
            && intervals.Count < MostIntervals)
        {
            cancellation.ThrowIfCancellationRequested();
            var worst = intervals.MaxBy(interval => Math.Abs(interval.Missing))!;
            intervals.Remove(worst);
            intervals.AddRange(Integrate(
                network, prompt, target, [worst.Begin, (worst.Begin + worst.End) / 2, worst.End]));
        }

        double[] values = [.. prompt.Index().Select(t => intervals.Sum(interval => interval.Values[t.Index]))];
        return new(values, Math.Abs(values.Sum() - difference) / Math.Abs(difference));
    }

    /// <summary>A part of the way from inputs of zero to the prompt.</summary>
    /// <param name="Begin">Its first factor of the inputs.</param>
    /// <param name="End">Its last one.</param>
    /// <param name="Difference">F(End) − F(Begin).</param>
    /// <param name="Values">(n): the contributions on it.</param>
    private sealed record Interval(double Begin, double End, double Difference, double[] Values)
    {
        public double Missing { get; } = Values.Sum() - Difference;
    }

    /// <param name="network">The network.</param>
    /// <param name="prompt">(n).</param>
    /// <param name="target">The target.</param>
    /// <param name="ends">The ends of adjacent intervals, one more than there are intervals.</param>
    private static IEnumerable<Interval> Integrate(
        TraceNetwork network, int[] prompt, int[] target, double[] ends)
    {
        var count = ends.Length - 1;
        double At(int interval, double node) => ends[interval] + (node * (ends[interval + 1] - ends[interval]));
        var nodes = Enumerable.Range(0, count * Nodes).Select(i => At(i / Nodes, Quadrature.Nodes[i % Nodes]));
        var (values, products) = Trace(network, prompt, target, [.. nodes.Concat(ends).Select(scale => (float)scale)]);
        return Enumerable.Range(0, count).Select(i => new Interval(
            ends[i],
            ends[i + 1],
            values[(count * Nodes) + i + 1] - values[(count * Nodes) + i],
            [
                .. products.Select(product => (ends[i + 1] - ends[i])
                    * Quadrature.Weights.Index().Sum(w => w.Item * product[(i * Nodes) + w.Index])),
            ]));
    }

    private static (double[] Values, double[][] Products) Trace(
        TraceNetwork network, int[] prompt, int[] target, float[] scales)
    {
        int[] tokens = [.. prompt, .. target[..^1]];
        return new NetworkTrace(network, tokens, prompt.Length, scales)
            .Explain([.. target.Select((token, i) => (prompt.Length - 1 + i, token))]);
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
