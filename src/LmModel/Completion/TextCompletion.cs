namespace LmModel.Completion;

/// <summary>One way to complete a text that is being typed.</summary>
/// <param name="Insert">What is appended to the text; at least one character.</param>
/// <param name="Text">The word that had begun, if any, and <paramref name="Insert"/> after it.</param>
/// <param name="Probability">
/// How probable it is that the text continues in exactly this way up to there, after all that has been typed: above 0,
/// at most 1.
/// </param>
public sealed record TextCompletion(string Insert, string Text, double Probability)
{
    /// <summary>ln of <see cref="Probability"/>, at most 0.</summary>
    public double LogProbability => Math.Log(Probability);
}
