using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Nodes;
using LmApi.Infrastructure.Fields;
using LmApi.Infrastructure.Problems;
using LmModel.Units;
using Microsoft.OpenApi;

namespace LmApi.Units;

/// <summary>A unit that a body asks for.</summary>
/// <param name="Feature">The feature whose unit it is; null if the unit is given by its place.</param>
/// <param name="Place">The unit; the default while only its feature is known.</param>
internal readonly record struct UnitChoice(string? Feature, UnitIndex Place);

/// <summary>Units of the model, each by its place or by the feature that it was found for.</summary>
internal sealed class UnitListField : Field<IReadOnlyList<UnitChoice>>
{
    public const int MaxItems = 64;

    private static readonly TextField Feature = new()
    {
        Name = "unit",
        MinLength = 1,
        Required = true,
        Description = "A feature that a unit was found for (`units` of `GET /model`).",
    };

    private static readonly UnitPlaceField Place = new()
    {
        Name = "unit",
        Required = true,
        Description = "A unit by its place.",
    };

    public override string TypeInWords =>
        $"an array of 1 to {MaxItems} units, each a feature or {Place.TypeInWords}";

    public override bool TryRead(
        JsonElement value,
        string path,
        FieldErrors errors,
        [MaybeNullWhen(false)] out IReadOnlyList<UnitChoice> result)
    {
        result = null;
        if (!IsArray(value, path, errors, MaxItems))
        {
            return false;
        }

        if (value.GetArrayLength() == 0)
        {
            errors.Add(path, FieldErrorCodes.TooShort, $"`{path}` must have at least one unit.", value);
            return false;
        }

        var items = value.EnumerateArray().Select((item, i) => ReadItem(item, $"{path}[{i}]", errors)).ToList();
        result = [.. items.OfType<UnitChoice>()];
        return result.Count == items.Count;
    }

    protected override void Constrain(OpenApiSchema schema)
    {
        schema.Type = JsonSchemaType.Array;
        (schema.MinItems, schema.MaxItems) = (1, MaxItems);
        schema.Items = new OpenApiSchema { OneOf = [Place.Schema(), Feature.Schema()] };
    }

    protected override JsonNode? DefaultJson() => null;

    private static UnitChoice? ReadItem(JsonElement item, string path, FieldErrors errors)
    {
        if (item.ValueKind == JsonValueKind.String)
        {
            return Feature.TryRead(item, path, errors, out var feature) ? new(feature, default) : null;
        }

        return Place.TryRead(item, path, errors, out var place) ? new(null, place.Index) : null;
    }
}
