namespace LmModel.Inference;

/// <summary>Where the h of each recurrent layer is in a state.</summary>
/// <param name="Layers">L.</param>
/// <param name="Units">H.</param>
/// <param name="Stride">Floats from the h of a layer to that of the next.</param>
internal readonly record struct HiddenLayout(int Layers, int Units, int Stride)
{
    /// <summary>Units of all layers.</summary>
    public int Count => Layers * Units;

    /// <remarks>
    /// The top layer comes last, and begins with its h: what it takes from there on, every layer takes.
    /// </remarks>
    public static HiddenLayout Of(IStepModel model)
    {
        var (start, units) = model.TopHidden.GetOffsetAndLength(model.StateSize);
        var stride = model.StateSize - start;
        return new(model.StateSize / stride, units, stride);
    }

    /// <summary>Index in a state of a unit's h.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The network does not have this unit.</exception>
    public int IndexOf(int layer, int unit)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(layer);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(layer, Layers);
        ArgumentOutOfRangeException.ThrowIfNegative(unit);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(unit, Units);
        return (layer * Stride) + unit;
    }
}
