namespace LmModel.Evaluation;

/// <summary>Computes the losses of texts that are read together; the protocol determines where they begin.</summary>
internal interface IScorer : IDisposable
{
    /// <summary>Starts a number of texts, each from the zero state.</summary>
    void Begin(int texts);

    /// <summary>Continues each text and computes −ln p of its tokens.</summary>
    /// <param name="tokens">
    /// (B · T + 1): the next T tokens of the first text, then those of the second, …, and one more token. The target of
    /// each token is the one after it, so the texts must be adjacent.
    /// </param>
    /// <param name="length">T, at least 1.</param>
    /// <param name="nats">(B · T): −ln p of the token after each token, in the order of
    /// <paramref name="tokens"/>.</param>
    /// <param name="cancellation">Stops the scoring between two steps.</param>
    void Score(ReadOnlySpan<int> tokens, int length, Span<double> nats, CancellationToken cancellation);
}
