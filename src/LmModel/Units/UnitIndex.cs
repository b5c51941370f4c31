namespace LmModel.Units;

/// <summary>A unit of a recurrent layer.</summary>
/// <param name="Layer">From 0, the layer that reads the tokens.</param>
/// <param name="Unit">From 0.</param>
public readonly record struct UnitIndex(int Layer, int Unit);
