using LmModel.Numerics;

namespace LmModel.Sampling;

/// <summary>
/// The tokens that may be drawn, with their logits, always in the order of ids. Filled again for every token.
/// </summary>
/// <remarks>16 bytes per token of the vocabulary, so samplers that draw on one thread share one.</remarks>
internal sealed class Candidates
{
    private readonly int[] _ids;
    private readonly float[] _logits;
    private readonly float[] _weights;
    private readonly float[] _scores;

    /// <param name="vocabularySize">V, at least 1.</param>
    public Candidates(int vocabularySize)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(vocabularySize, 1);
        _ids = new int[vocabularySize];
        _logits = new float[vocabularySize];
        _scores = new float[vocabularySize];
        _weights = new float[(vocabularySize + Softmax.Lanes - 1) / Softmax.Lanes * Softmax.Lanes];
    }

    /// <summary>V.</summary>
    public int VocabularySize => _ids.Length;

    /// <summary>At least 1.</summary>
    public int Count { get; private set; }

    public ReadOnlySpan<int> Ids => _ids.AsSpan(0, Count);

    /// <summary>(Count). Until a filter drops tokens, the index is the token id.</summary>
    public Span<float> Logits => _logits.AsSpan(0, Count);

    /// <summary>(Count): scratch memory for the scores that are passed to <see cref="KeepBest"/>.</summary>
    public Span<float> Scores => _scores.AsSpan(0, Count);

    /// <summary>Makes every token a candidate.</summary>
    /// <param name="logits">(V).</param>
    /// <exception cref="InvalidOperationException">A logit is NaN or +∞.</exception>
    public void Reset(ReadOnlySpan<float> logits)
    {
        if (!Softmax.AllBelowInfinity(logits))
            Refuse(logits);

        // If nothing was dropped, every id is still in its place.
        if (Count < logits.Length)
        {
            for (var id = 0; id < logits.Length; id++)
                _ids[id] = id;
        }

        logits.CopyTo(_logits);
        Count = logits.Length;
    }

    /// <summary>Index of the highest logit; the first of several.</summary>
    /// <exception cref="InvalidOperationException">It is not finite: nothing has a probability.</exception>
    public int Best() => Softmax.IndexOf(Logits, Max());

    /// <summary>The highest logit.</summary>
    /// <exception cref="InvalidOperationException">It is not finite: nothing has a probability.</exception>
    public float Max()
    {
        var max = Softmax.Max(Logits);
        return float.IsFinite(max)
            ? max
            : throw new InvalidOperationException($"The highest logit is {max}; no token can be drawn from that.");
    }

    /// <summary>exp(logit − max), (Count): probabilities times <paramref name="total"/>.</summary>
    public ReadOnlySpan<float> Weights(out double total)
    {
        total = Softmax.Weights(Logits, Max(), _weights);
        return _weights.AsSpan(0, Count);
    }

    /// <summary>The first index at which the running sum of the probabilities exceeds <paramref name="u"/>.</summary>
    /// <param name="u">In [0, 1).</param>
    /// <param name="probability">Of the one found.</param>
    public int Find(double u, out double probability)
    {
        Weights(out var total);
        var (target, sum, block) = (u * total, 0.0, 0);
        for (; block + Softmax.Lanes < Count; block += Softmax.Lanes)
        {
            var next = sum + Softmax.Sum(_weights.AsSpan(block));
            if (next > target)
                break;
            sum = next;
        }

        var found = FindIn(block, target, sum);
        probability = _weights[found] / total;
        return found;
    }

    private int FindIn(int block, double target, double sum)
    {
        var last = block;
        for (var i = block; i < Math.Min(block + Softmax.Lanes, Count) && sum <= target; i++)
        {
            sum += _weights[i];
            if (_weights[i] > 0)
                last = i;
        }

        // The sum of the block exceeds the target, but this running sum may differ from it in the last bit: if it does
        // not exceed the target, the last token with a weight is the result.
        return last;
    }

    /// <summary>
    /// Keeps the best candidates: as few as reach <paramref name="target"/> together. Of equal ones, those with lower
    /// ids.
    /// </summary>
    /// <param name="scores">(Count) which are best: the highest. No NaN.</param>
    /// <param name="weights">(Count) what each counts, at least 0; empty counts each as 1.</param>
    /// <param name="target">Above 0.</param>
    public void KeepBest(ReadOnlySpan<float> scores, ReadOnlySpan<float> weights, double target)
    {
        var (threshold, reached) = PartialSelection.Find(scores, weights, target);
        var kept = 0;
        for (var i = 0; i < Count; i++)
        {
            var atThreshold = scores[i] == threshold;
            if (!(scores[i] > threshold || (atThreshold && reached < target)))
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

    private static void Refuse(ReadOnlySpan<float> logits)
    {
        for (var id = 0; id < logits.Length; id++)
        {
            if (!(logits[id] < float.PositiveInfinity))
            {
                throw new InvalidOperationException(
                    $"The model gave the logit {logits[id]} for token {id}; no token can be drawn from that.");
            }
        }
    }
}
