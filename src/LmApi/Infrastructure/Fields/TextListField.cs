using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.OpenApi;

namespace LmApi.Infrastructure.Fields;

/// <summary>A string, or an array of some.</summary>
internal sealed class TextListField : Field<IReadOnlyList<string>>
{
    public required int MaxItems { get; init; }

    public required TextField Item { get; init; }

    public override string TypeInWords => $"{Item.TypeInWords}, or an array of up to {MaxItems} of them";

    public override bool TryRead(
        JsonElement value, string path, FieldErrors errors, [MaybeNullWhen(false)] out IReadOnlyList<string> result)
    {
        result = null;
        if (value.ValueKind == JsonValueKind.String)
        {
            var valid = Item.TryRead(value, path, errors, out var single);
            result = valid ? [single!] : null;
            return valid;
        }

        if (!IsArray(value, path, errors, MaxItems))
        {
            return false;
        }

        var items = value.EnumerateArray()
            .Select((item, i) => Item.TryRead(item, $"{path}[{i}]", errors, out var text) ? text : null)
            .ToList();
        result = items.OfType<string>().ToList();
        return result.Count == items.Count;
    }

    protected override void Constrain(OpenApiSchema schema) => schema.OneOf =
    [
        Item.Schema(),
        new OpenApiSchema
        {
            Type = JsonSchemaType.Array | (Required ? 0 : JsonSchemaType.Null),
            MaxItems = MaxItems,
            Items = Item.Schema(),
        },
    ];

    protected override JsonNode? DefaultJson() =>
        Default is { Count: > 0 } texts ? new JsonArray([.. texts.Select(text => JsonValue.Create(text))]) : null;
}
