using LmModel.Sampling;

namespace LmModel.Tests.Sampling;

/// <summary>Logits and tokens for filters to work on.</summary>
internal static class TestCandidates
{
    public static Candidates Of(params float[] logits)
    {
        var candidates = new Candidates(logits.Length);
        candidates.Reset(logits);
        return candidates;
    }

    public static Candidates OfProbabilities(params double[] probabilities) =>
        Of(Array.ConvertAll(probabilities, p => (float)Math.Log(p)));

    /// <summary>Of several magnitudes, with ties and −∞ but never all −∞.</summary>
    public static float[] RandomLogits(Random random, int count)
    {
        var scale = MathF.Pow(10, random.Next(-2, 4));
        var logits = new float[count];
        foreach (ref var logit in logits.AsSpan())
        {
            logit = random.Next(8) switch
            {
                0 => float.NegativeInfinity,
                1 or 2 or 3 => random.Next(-2, 3),
                _ => ((float)random.NextDouble() - 0.5f) * scale,
            };
        }

        logits[random.Next(count)] = 1;
        return logits;
    }

    public static IEnumerable<int> BestFirst(float[] logits) =>
        Enumerable.Range(0, logits.Length).OrderByDescending(id => logits[id]).ThenBy(id => id);

    public static TokenCounts Counts(params int[] tokens)
    {
        var counts = new TokenCounts(8);
        foreach (var token in tokens)
            counts.Add(token);
        return counts;
    }
}
