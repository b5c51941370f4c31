namespace LmModel.Inference;

/// <summary>
/// The one seam between a network and decoding: reads a token for each sequence of a batch, updates its state in place
/// and gives the logits of its next token. Not safe for concurrent calls; the engine calls it from one thread.
/// </summary>
/// <remarks>
/// In batches of at most <see cref="MaxInvariantBatch"/> a sequence's logits and state must be the same bits whatever
/// else is in the batch: a seed is then a full receipt of a text. The engine makes no larger batches.
/// </remarks>
public interface IStepModel : IDisposable
{
    /// <summary>V, the number of logits of a sequence.</summary>
    int VocabularySize { get; }

    /// <summary>Floats in the state of a sequence.</summary>
    int StateSize { get; }

    /// <summary>
    /// Sequences a call can take without their number or company changing any bit of a result; 1 where the arithmetic
    /// depends on the size of the batch. Larger batches are legal, for evaluation.
    /// </summary>
    int MaxInvariantBatch => 1;

    /// <param name="tokens">One id for each sequence, (B).</param>
    /// <param name="states">The state of each sequence, (B); overwritten by the state after the token.</param>
    /// <param name="logits">Receives the logits, (B, V) row by row.</param>
    void Step(ReadOnlySpan<int> tokens, ReadOnlySpan<RecurrentState> states, Span<float> logits);
}
