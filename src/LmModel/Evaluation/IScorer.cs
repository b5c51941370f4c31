namespace LmModel.Evaluation;

/// <summary>What a network says of texts read side by side; where they begin and what is summed is the protocol's.</summary>
internal interface IScorer : IDisposable
{
    /// <summary>Begins so many texts anew, each from the zero state.</summary>
    void Begin(int texts);

    /// <summary>Reads on in each text. Returns the sum of −ln p of the tokens that came.</summary>
    /// <param name="tokens">
    /// (B · T + 1): the next T tokens of the first text, then those of the second, …, and one token more. What each is
    /// followed by in here is what had to be predicted, so the texts adjoin.
    /// </param>
    /// <param name="length">T, at least 1.</param>
    double Score(ReadOnlySpan<int> tokens, int length);
}
