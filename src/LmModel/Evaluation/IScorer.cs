namespace LmModel.Evaluation;

/// <summary>What a network says of texts read side by side; where they begin is the protocol's.</summary>
internal interface IScorer : IDisposable
{
    /// <summary>Begins so many texts again, each from the zero state.</summary>
    void Begin(int texts);

    /// <summary>Reads on in each text and tells −ln p of the tokens that came.</summary>
    /// <param name="tokens">
    /// (B · T + 1): the next T tokens of the first text, then those of the second, …, and one token more. What each is
    /// followed by in here is what had to be predicted, so the texts adjoin.
    /// </param>
    /// <param name="length">T, at least 1.</param>
    /// <param name="nats">(B · T): −ln p of what each token is followed by, in the order of
    /// <paramref name="tokens"/>.</param>
    /// <param name="cancellation">Ends it between two steps.</param>
    void Score(ReadOnlySpan<int> tokens, int length, Span<double> nats, CancellationToken cancellation);
}
