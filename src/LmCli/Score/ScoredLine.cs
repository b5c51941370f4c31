using LmModel.Scoring;

namespace LmCli.Score;

/// <summary>What of a line decides how unusual it is.</summary>
internal enum Surprise
{
    /// <summary>The mean over its characters, in bits.</summary>
    Mean,

    /// <summary>Its least probable token, in bits.</summary>
    Peak,

    /// <summary>
    /// Its <see cref="ScoredLine.BurstLength"/> least probable tokens in a row, their mean in bits: what is new in a
    /// line that otherwise looks like many others.
    /// </summary>
    Burst,
}

/// <summary>A line and how much it surprises a model.</summary>
/// <param name="Number">Number of the line, from 1.</param>
/// <param name="Text">The line.</param>
/// <param name="Score">Its score, including its line break; null if the vocabulary does not have a character.</param>
/// <param name="Burst">The largest mean of −ln p over <see cref="BurstLength"/> tokens in a row, in nats.</param>
internal sealed record ScoredLine(long Number, string Text, LineScore? Score, double Burst)
{
    public const int BurstLength = 3;

    /// <summary>In bits; infinite for a line with a character that the vocabulary does not have.</summary>
    public double Bits(Surprise by) => (Score, by) switch
    {
        (null, _) => double.PositiveInfinity,
        ({ } score, Surprise.Mean) => score.BitsPerCharacter,
        ({ } score, Surprise.Peak) => score.Peak / Math.Log(2),
        (_, Surprise.Burst) => Burst / Math.Log(2),
        _ => throw new ArgumentOutOfRangeException(nameof(by), by, "There is no such surprise."),
    };

    /// <summary>The largest mean of as many losses in a row, or the mean of all if there are fewer.</summary>
    public static double BurstOf(IReadOnlyList<double> losses)
    {
        var length = Math.Min(BurstLength, losses.Count);
        var most = 0.0;
        for (var i = 0; i + length <= losses.Count; i++)
        {
            most = Math.Max(most, losses.Skip(i).Take(length).Average());
        }

        return most;
    }
}
