namespace LmModel.Evaluation;

/// <summary>The range in which a figure is expected for other text of the same kind, at a stated
/// confidence.</summary>
public readonly record struct Interval(double Low, double High)
{
    /// <summary>Whether a value is in the interval, including its ends.</summary>
    public bool Holds(double value) => value >= Low && value <= High;
}
