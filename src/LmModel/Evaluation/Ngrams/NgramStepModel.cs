using LmModel.Inference;

namespace LmModel.Evaluation.Ngrams;

/// <summary>
/// An n-gram model as a step model, so that whatever decodes a network decodes n-grams by the same protocol. The state
/// is the last n − 1 tokens, and the logits are the logarithms of the probabilities that <see cref="NgramScorer"/>
/// gives.
/// </summary>
/// <remarks>
/// A step takes V · n operations. Beside the counts, 12 bytes per distinct n-gram: those of one context stand together.
/// </remarks>
internal sealed class NgramStepModel : IStepModel
{
    private readonly NgramCounts _counts;
    private readonly int _order;
    private readonly NgramLevel[] _levels; // by order, from 1
    private readonly double[] _probabilities; // (V)

    /// <param name="counts">The counts of the training text.</param>
    /// <param name="order">n, from 1 to the order of the counts.</param>
    /// <param name="smoothing">The kind of smoothing.</param>
    public NgramStepModel(NgramCounts counts, int order, Smoothing smoothing)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(order, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(order, counts.Order);
        (_counts, _order) = (counts, order);
        _levels = [.. Enumerable.Range(1, order).Select(n => NgramLevel.Of(counts, n, order, smoothing))];
        _probabilities = new double[counts.VocabularySize];
    }

    public int VocabularySize => _counts.VocabularySize;

    /// <summary>The number of tokens read, up to n − 1, and those tokens, the latest last.</summary>
    public int StateSize => _order;

    public int MaxInvariantBatch => int.MaxValue;

    public void Advance(
        ReadOnlySpan<int> tokens, ReadOnlySpan<int> lengths, ReadOnlySpan<RecurrentState> states, Span<float> logits)
    {
        for (var i = 0; i < states.Length; i++)
        {
            foreach (var token in tokens[..lengths[i]])
            {
                Read(states[i].Values, _counts.Checked(token, 0));
            }

            tokens = tokens[lengths[i]..];
            if (i * VocabularySize < logits.Length)
            {
                Predict(states[i].Values, logits.Slice(i * VocabularySize, VocabularySize));
            }
        }
    }

    public void Dispose()
    {
    }

    private void Read(Span<float> state, int token)
    {
        if (_order > 1)
        {
            // Ids are below 2²⁴, so a float holds them exactly.
            state[2..].CopyTo(state[1..]);
            state[^1] = token;
            state[0] = Math.Min(state[0] + 1, _order - 1);
        }
    }

    private void Predict(ReadOnlySpan<float> state, Span<float> logits)
    {
        Array.Fill(_probabilities, 1.0 / VocabularySize);
        var known = (int)state[0];
        for (var n = 1; n <= Math.Min(_order, known + 1); n++)
        {
            var context = Context(state[^(n - 1)..]);
            if (context >= 0)
            {
                _levels[n - 1].Mix(context, _probabilities);
            }
        }

        for (var id = 0; id < logits.Length; id++)
        {
            logits[id] = (float)Math.Log(_probabilities[id]);
        }
    }

    /// <summary>The id of a sequence of tokens; −1 if it never occurred.</summary>
    private int Context(ReadOnlySpan<float> tokens)
    {
        var id = 0;
        for (var n = 1; n <= tokens.Length && id >= 0; n++)
        {
            id = _counts[n].Find(id, (int)tokens[n - 1]);
        }

        return id;
    }
}
