using System.Diagnostics.CodeAnalysis;
using LmApi.Infrastructure.Fields;
using LmModel.Units;

namespace LmApi.Units;

/// <summary>The place of a unit, as an object of a body.</summary>
internal sealed record UnitPlace(UnitIndex Index);

/// <summary>A unit by its layer and its number.</summary>
internal sealed class UnitPlaceField : ObjectField<UnitPlace>
{
    private static readonly IntegerField Layer = new()
    {
        Name = "layer",
        Required = true,
        Minimum = 0,
        Maximum = int.MaxValue,
        Description = "The recurrent layer, from 0.",
        Example = 0,
    };

    private static readonly IntegerField Unit = new()
    {
        Name = "unit",
        Required = true,
        Minimum = 0,
        Maximum = int.MaxValue,
        Aliases = ["index", "neuron"],
        Description = "The unit of the layer, from 0.",
        Example = 12,
    };

    public override IReadOnlyList<Field> Members => [Layer, Unit];

    protected override bool TryRead(FieldReader reader, [MaybeNullWhen(false)] out UnitPlace result)
    {
        // Both are read, so that all errors are reported.
        var valid = reader.TryRead(Layer, out var layer) & reader.TryRead(Unit, out var unit);
        result = valid ? new(new((int)layer!.Value, (int)unit!.Value)) : null;
        return valid;
    }
}
