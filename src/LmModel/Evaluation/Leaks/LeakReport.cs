namespace LmModel.Evaluation.Leaks;

/// <summary>What of a scored text stands word for word in training text.</summary>
/// <param name="Window">Characters of a window.</param>
/// <param name="Windows">Windows of that many characters that the scored text has, one beginning at each
/// character.</param>
/// <param name="Shared">Those of them that occur somewhere in the training text.</param>
/// <param name="Longest">The longest passage of both texts; null where none is as long as a window.</param>
/// <param name="Documents">
/// The training documents that share a window, and how many of their windows do, the most first.
/// </param>
/// <param name="Unchecked">Characters at the scored text's end that were not looked for: it is too long.</param>
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

/// <summary>A passage that two texts have.</summary>
/// <param name="Text">The passage.</param>
/// <param name="ScoredLine">The line of the scored text that it begins in, from 1.</param>
/// <param name="Document">The training document.</param>
/// <param name="TrainingLine">The line of that document.</param>
internal sealed record SharedPassage(string Text, int ScoredLine, string Document, int TrainingLine);
