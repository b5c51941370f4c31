using LmModel.Scoring;

namespace LmCli.Score;

/// <summary>What of a line decides how unusual it is.</summary>
internal enum Surprise
{
    /// <summary>The mean over its characters, in bits.</summary>
    Mean,

    /// <summary>Its least probable token, in bits.</summary>
    Peak,
}

/// <summary>A line and how much it surprises a model.</summary>
/// <param name="Number">Number of the line, from 1.</param>
/// <param name="Text">The line.</param>
/// <param name="Score">Its score, including its line break; null if the vocabulary does not have a character.</param>
internal sealed record ScoredLine(long Number, string Text, LineScore? Score)
{
    /// <summary>In bits; infinite for a line with a character that the vocabulary does not have.</summary>
    public double Bits(Surprise by) => (Score, by) switch
    {
        (null, _) => double.PositiveInfinity,
        ({ } score, Surprise.Mean) => score.BitsPerCharacter,
        ({ } score, Surprise.Peak) => score.Surprise / Math.Log(2),
        _ => throw new ArgumentOutOfRangeException(nameof(by), by, "There is no such surprise."),
    };
}
