namespace LmModel.Inference;

/// <summary>
/// The interface between a network and decoding: reads tokens into the states of a batch, in place, and computes the
/// logits of the next token. Not safe for concurrent calls; the engine calls it from one thread.
/// </summary>
/// <remarks>
/// In batches of at most <see cref="MaxInvariantBatch"/> a sequence's logits and state must be the same bits whatever
/// else is in the batch, and in however many calls its tokens are read: a seed is then a full receipt of a text. The
/// engine makes no larger batches.
/// </remarks>
internal interface IStepModel : IDisposable
{
    /// <summary>V, the number of logits of a sequence.</summary>
    int VocabularySize { get; }

    /// <summary>Floats in the state of a sequence.</summary>
    int StateSize { get; }

    /// <summary>
    /// The range of the top layer's h within a state, (H): the logits are computed from it, and a neural cache compares
    /// it.
    /// </summary>
    Range TopHidden => Range.All;

    /// <summary>
    /// The largest batch in which the number and choice of sequences do not change a bit of any result; 1 if the
    /// arithmetic depends on the size of the batch. Larger batches are allowed, for evaluation.
    /// </summary>
    int MaxInvariantBatch => 1;

    /// <summary>
    /// Reads any number of tokens into each state; a decoding sequence reads one, a prompt a slice of its own.
    /// </summary>
    /// <param name="tokens">The tokens of the first sequence, then those of the second, …; ΣT ids.</param>
    /// <param name="lengths">(B): how many of them each sequence reads, T at least 0.</param>
    /// <param name="states">(B): overwritten by the states after the tokens.</param>
    /// <param name="logits">
    /// (R, V), R at most B: receives the logits of the first R states, which is what follows their last token.
    /// Sequences in the middle of a prompt come last and cost no logits. For a state that has read nothing in this
    /// call, the logits are computed again.
    /// </param>
    /// <exception cref="ArgumentException">
    /// An id is not below V, or the sizes do not fit one another; nothing has been changed then.
    /// </exception>
    void Advance(
        ReadOnlySpan<int> tokens, ReadOnlySpan<int> lengths, ReadOnlySpan<RecurrentState> states, Span<float> logits);

    /// <summary>
    /// Calls <paramref name="work"/> with 0 … <paramref name="items"/> − 1, in parallel if the model has threads, which
    /// are idle between two steps. Must not be called during <see cref="Advance"/>.
    /// </summary>
    void Share(int items, Action<int> work)
    {
        for (var item = 0; item < items; item++)
        {
            work(item);
        }
    }
}

/// <summary>The most frequent call in decoding.</summary>
internal static class StepModelExtensions
{
    /// <summary>Reads one token for each sequence and computes the logits of all, or of none.</summary>
    /// <param name="model">The model.</param>
    /// <param name="tokens">(B).</param>
    /// <param name="states">(B): overwritten.</param>
    /// <param name="logits">(B, V), or empty.</param>
    public static void Step(
        this IStepModel model, ReadOnlySpan<int> tokens, ReadOnlySpan<RecurrentState> states, Span<float> logits)
    {
        var ones = new int[tokens.Length];
        Array.Fill(ones, 1);
        model.Advance(tokens, ones, states, logits);
    }
}
