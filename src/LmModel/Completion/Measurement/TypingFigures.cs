namespace LmModel.Completion.Measurement;

/// <summary>What a model's completions were worth in one passage.</summary>
internal sealed class TypingCounts
{
    /// <summary>Recall is counted after 0, 1, … letters, below this.</summary>
    public const int MostLetters = 4;

    /// <summary>How many completions someone sees.</summary>
    public const int Choices = 3;

    /// <summary>By letters given: words with more letters than that.</summary>
    public int[] Words { get; } = new int[MostLetters];

    /// <summary>By letters given: words that the first completion was.</summary>
    public int[] First { get; } = new int[MostLetters];

    /// <summary>By letters given: words that were among the choices.</summary>
    public int[] Among { get; } = new int[MostLetters];

    /// <summary>Characters of the passage, each of which is a keystroke without completions.</summary>
    public int Characters { get; set; }

    /// <summary>Keystrokes if a word is taken as soon as it is the first completion.</summary>
    public int KeystrokesFirst { get; set; }

    /// <summary>Keystrokes if a word is taken as soon as it is among the choices.</summary>
    public int KeystrokesAmong { get; set; }
}

/// <summary>A figure of completions: a share of sums over passages.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Part">What is added up, of a passage.</param>
/// <param name="Whole">What that is a part of.</param>
internal sealed record TypingFigure(string Name, Func<TypingCounts, double> Part, Func<TypingCounts, double> Whole)
{
    public static IReadOnlyList<TypingFigure> All { get; } =
    [
        .. Enumerable.Range(0, TypingCounts.MostLetters).SelectMany(letters => (TypingFigure[])
        [
            new($"top-1 recall, {letters} letters given", c => c.First[letters], c => c.Words[letters]),
            new($"top-{TypingCounts.Choices} recall, {letters} letters given", c => c.Among[letters],
                c => c.Words[letters]),
        ]),
        new("keystrokes saved, 1 choice", c => c.Characters - c.KeystrokesFirst, c => c.Characters),
        new($"keystrokes saved, {TypingCounts.Choices} choices", c => c.Characters - c.KeystrokesAmong,
            c => c.Characters),
    ];

    /// <summary>The figure of some passages.</summary>
    public double Of(IEnumerable<TypingCounts> passages)
    {
        var (part, whole) = (0.0, 0.0);
        foreach (var passage in passages)
        {
            part += Part(passage);
            whole += Whole(passage);
        }

        return part / whole;
    }
}
