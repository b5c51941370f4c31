namespace LmModel.Evaluation;

/// <summary>Where a figure is expected to lie for other text of the same kind, at a stated confidence.</summary>
public readonly record struct Interval(double Low, double High)
{
    /// <summary>Whether a value is in it, its ends included.</summary>
    public bool Holds(double value) => value >= Low && value <= High;
}
