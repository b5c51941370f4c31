namespace LmModel.Inference;

internal static class Logprobs
{
    /// <summary>log Σ exp(logit); a logit minus this is the natural log of its probability.</summary>
    public static float LogSumExp(ReadOnlySpan<float> logits)
    {
        var best = float.NegativeInfinity;
        foreach (var logit in logits) { best = MathF.Max(best, logit); }
        var sum = 0.0;
        foreach (var logit in logits) { sum += Math.Exp(logit - best); }
        return best + (float)Math.Log(sum);
    }

    public static IReadOnlyList<TokenAlternative> Top(ReadOnlySpan<float> logits, int count, float logSum) =>
        [.. logits.ToArray().Select((l, i) => new TokenAlternative(i, l - logSum)).OrderByDescending(a => a.Logprob).ThenBy(a => a.Id).Take(count)];
}
