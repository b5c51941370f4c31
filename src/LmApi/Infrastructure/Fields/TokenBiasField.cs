using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using LmApi.Infrastructure.Json;
using LmApi.Infrastructure.Problems;
using Microsoft.OpenApi;

namespace LmApi.Infrastructure.Fields;

/// <summary>An object whose names are token ids and whose values are numbers.</summary>
internal sealed class TokenBiasField : Field<IReadOnlyDictionary<int, float>>
{
    public required int MaxItems { get; init; }

    public required NumberField Value { get; init; }

    public override string TypeInWords => $"an object of up to {MaxItems} token ids, each with {Value.TypeInWords}";

    public override bool TryRead(
        JsonElement value,
        string path,
        FieldErrors errors,
        [MaybeNullWhen(false)] out IReadOnlyDictionary<int, float> result)
    {
        result = null;
        if (value.ValueKind != JsonValueKind.Object)
        {
            return WrongType(value, path, errors, "object");
        }

        if (value.GetPropertyCount() > MaxItems)
        {
            errors.Add(
                path,
                FieldErrorCodes.TooMany,
                $"`{path}` may have {MaxItems} members, not {value.GetPropertyCount()}.",
                value,
                new() { MaxItems = MaxItems }
            );
            return false;
        }

        var biases = new Dictionary<int, float>();
        var valid = true;
        foreach (var member in value.EnumerateObject())
        {
            valid &= TryAdd(biases, member, path, errors);
        }

        result = biases;
        return valid;
    }

    protected override void Constrain(OpenApiSchema schema)
    {
        schema.Type = JsonSchemaType.Object;
        schema.MaxProperties = MaxItems;
        schema.AdditionalProperties = Value.Schema();
    }

    protected override JsonNode? DefaultJson() => null;

    private bool TryAdd(Dictionary<int, float> biases, JsonProperty member, string path, FieldErrors errors)
    {
        var name = JsonText.TryGetName(member, out var text) ? text : "";
        var memberPath = $"{path}.{Excerpt.Of(name)}";
        if (!int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var id))
        {
            errors.Add(
                memberPath,
                FieldErrorCodes.UnknownToken,
                $"The name `{memberPath}` must be a token id, such as \"17\".");
            return false;
        }

        if (!Value.TryRead(member.Value, memberPath, errors, out var bias))
        {
            return false;
        }

        if (!biases.TryAdd(id, bias!.Value))
        {
            errors.Add(
                memberPath,
                FieldErrorCodes.DuplicateField,
                $"Token {id} appears more than once.",
                member.Value);
            return false;
        }

        return true;
    }
}
