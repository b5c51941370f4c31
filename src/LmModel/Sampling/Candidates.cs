namespace LmModel.Sampling;

/// <summary>The tokens that may be drawn, with their logits, always in the order of ids. Filled anew for every token.</summary>
internal sealed class Candidates(int vocabularySize)
{
    private readonly int[] _ids = new int[vocabularySize];
    private readonly float[] _logits = new float[vocabularySize];
    private readonly float[] _weights = new float[vocabularySize];

    /// <summary>At least 1.</summary>
    public int Count { get; private set; }

    public ReadOnlySpan<int> Ids => _ids.AsSpan(0, Count);

    /// <summary>(Count). Until a filter drops tokens, the index is the token id.</summary>
    public Span<float> Logits => _logits.AsSpan(0, Count);

    /// <summary>Makes every token a candidate.</summary>
    /// <param name="logits">(V).</param>
    /// <exception cref="InvalidOperationException">A logit is NaN or +∞.</exception>
    public void Reset(ReadOnlySpan<float> logits)
    {
        for (var id = 0; id < logits.Length; id++)
        {
            // False for NaN too.
            if (!(logits[id] < float.PositiveInfinity))
                throw new InvalidOperationException(
                    $"The model gave the logit {logits[id]} for token {id}; no token can be drawn from that.");
            _ids[id] = id;
        }

        logits.CopyTo(_logits);
        Count = logits.Length;
    }

    /// <summary>Index of the highest logit; the first of several.</summary>
    public int Best()
    {
        var logits = Logits;
        var best = 0;
        for (var i = 1; i < logits.Length; i++)
        {
            if (logits[i] > logits[best])
                best = i;
        }

        return best;
    }

    /// <summary>The highest logit.</summary>
    /// <exception cref="InvalidOperationException">It is not finite: nothing has a probability.</exception>
    public float Max()
    {
        var max = Logits[Best()];
        return float.IsFinite(max)
            ? max
            : throw new InvalidOperationException($"The highest logit is {max}; no token can be drawn from that.");
    }

    /// <summary>exp(logit − max), (Count): probabilities times <paramref name="total"/>.</summary>
    public ReadOnlySpan<float> Weights(out double total)
    {
        var max = Max();
        var weights = _weights.AsSpan(0, Count);
        total = 0;
        for (var i = 0; i < weights.Length; i++)
        {
            weights[i] = MathF.Exp(_logits[i] - max);
            total += weights[i];
        }

        return weights;
    }

    /// <summary>
    /// Keeps the best candidates: as few as reach <paramref name="target"/> together. Of equal ones, those with lower ids.
    /// </summary>
    /// <param name="weights">(Count) what each counts, at least 0; empty counts each as 1.</param>
    /// <param name="target">Above 0.</param>
    public void KeepBest(ReadOnlySpan<float> weights, double target)
    {
        var (threshold, reached) = PartialSelection.Find(Logits, weights, target);
        var kept = 0;
        for (var i = 0; i < Count; i++)
        {
            var atThreshold = _logits[i] == threshold;
            if (!(_logits[i] > threshold || (atThreshold && reached < target)))
                continue;
            if (atThreshold)
                reached += weights.IsEmpty ? 1 : weights[i];
            (_ids[kept], _logits[kept]) = (_ids[i], _logits[i]);
            kept++;
        }

        Count = kept;
    }

    /// <summary>Keeps the logits of at least <paramref name="least"/>, which must not be above the best.</summary>
    public void KeepFrom(double least)
    {
        var kept = 0;
        for (var i = 0; i < Count; i++)
        {
            if (_logits[i] < least)
                continue;
            (_ids[kept], _logits[kept]) = (_ids[i], _logits[i]);
            kept++;
        }

        Count = kept;
    }
}
