namespace LmModel.Evaluation.Leaks;

/// <summary>The part of a scored text that occurs verbatim in training text.</summary>
/// <param name="Window">Number of characters in a window.</param>
/// <param name="Windows">Number of windows of that length in the scored text, with one beginning at each
/// character.</param>
/// <param name="Shared">Number of these windows that occur anywhere in the training text.</param>
/// <param name="Longest">The longest passage that occurs in both texts; null if none is as long as a window.</param>
/// <param name="Documents">
/// The training documents that share a window, with the number of their windows that do, in descending order of that
/// number.
/// </param>
/// <param name="Unchecked">Number of characters at the end of the scored text that were not checked because it is too
/// long.</param>
internal sealed record LeakReport(
    int Window,
    int Windows,
    int Shared,
    SharedPassage? Longest,
    IReadOnlyList<(string Document, long Windows)> Documents,
    int Unchecked)
{
    /// <summary>Share of the windows that occur in the training text, 0 to 1.</summary>
    public double Share => Windows == 0 ? 0 : (double)Shared / Windows;
}

/// <summary>A passage that occurs in two texts.</summary>
/// <param name="Text">The passage.</param>
/// <param name="ScoredLine">The line of the scored text in which it begins, from 1.</param>
/// <param name="Document">The training document.</param>
/// <param name="TrainingLine">The line of that document.</param>
internal sealed record SharedPassage(string Text, int ScoredLine, string Document, int TrainingLine);
