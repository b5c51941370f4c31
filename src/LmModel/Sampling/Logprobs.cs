using LmModel.Numerics;

namespace LmModel.Sampling;

/// <summary>
/// Log probabilities of a model's own distribution: ln softmax(x)ᵢ = xᵢ − ln Σⱼ exp(xⱼ), before any filter.
/// </summary>
internal static class Logprobs
{
    /// <summary>ln Σ exp(xᵢ), the maximum taken off first; a logit minus this is the log of its probability.</summary>
    /// <param name="logits">(V).</param>
    /// <returns>NaN where a logit is NaN or +∞ or all are −∞.</returns>
    public static double LogSumExp(ReadOnlySpan<float> logits)
    {
        var max = Softmax.Max(logits);
        return max + Math.Log(Softmax.Total(logits, max));
    }

    /// <summary>The log probability of token <paramref name="id"/>, at most 0.</summary>
    public static float Of(ReadOnlySpan<float> logits, int id) => Of(logits, id, LogSumExp(logits));

    /// <param name="logits">(V).</param>
    /// <param name="id">Token id.</param>
    /// <param name="logSumExp"><see cref="LogSumExp"/> of the same logits, for a caller that needs it more than
    /// once.</param>
    public static float Of(ReadOnlySpan<float> logits, int id, double logSumExp) =>
        (float)Math.Min(0, logits[id] - logSumExp);

    /// <summary>
    /// The <paramref name="count"/> most probable tokens, best first; equal ones in the order of ids.
    /// </summary>
    public static (int Id, float Logprob)[] Top(ReadOnlySpan<float> logits, int count) =>
        count == 0 ? [] : Top(logits, count, LogSumExp(logits));

    /// <param name="logits">(V).</param>
    /// <param name="count">At least 0; all tokens where it is above V. Meant to be small: the cost grows with
    /// it.</param>
    /// <param name="logSumExp"><see cref="LogSumExp"/> of the same logits, for a caller that needs it more than
    /// once.</param>
    public static (int Id, float Logprob)[] Top(ReadOnlySpan<float> logits, int count, double logSumExp)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        if (count == 0)
            return [];
        var top = new (int Id, float Logprob)[Math.Min(count, logits.Length)];
        var filled = 0;
        for (var id = 0; id < logits.Length; id++)
        {
            // Raw logits at first: two that differ may have the same log probability after rounding.
            if (filled == top.Length && !(logits[id] > top[^1].Logprob))
                continue;
            var place = filled < top.Length ? filled++ : filled - 1;
            for (; place > 0 && logits[id] > top[place - 1].Logprob; place--)
                top[place] = top[place - 1];
            top[place] = (id, logits[id]);
        }

        foreach (ref var token in top.AsSpan())
            token.Logprob = Of(logits, token.Id, logSumExp);
        return top;
    }
}
