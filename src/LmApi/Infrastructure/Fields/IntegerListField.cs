using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.OpenApi;

namespace LmApi.Infrastructure.Fields;

/// <summary>An array of whole numbers.</summary>
internal sealed class IntegerListField : Field<int[]>
{
    public required int MaxItems { get; init; }

    /// <summary>What each item may be; within the range of an <see langword="int"/>.</summary>
    public required IntegerField Item { get; init; }

    public override string TypeInWords => $"an array of up to {MaxItems} integers";

    public override bool TryRead(
        JsonElement value,
        string path,
        FieldErrors errors,
        [MaybeNullWhen(false)] out int[] result)
    {
        result = null;
        if (!IsArray(value, path, errors, MaxItems))
        {
            return false;
        }

        var valid = true;
        result = new int[value.GetArrayLength()];
        foreach (var (i, item) in value.EnumerateArray().Index())
        {
            valid &= Item.TryRead(item, $"{path}[{i}]", errors, out var number);
            result[i] = (int)(number ?? 0);
        }

        return valid;
    }

    protected override void Constrain(OpenApiSchema schema)
    {
        schema.Type = JsonSchemaType.Array;
        schema.MaxItems = MaxItems;
        schema.Items = Item.Schema();
    }

    protected override JsonNode? DefaultJson() => null;
}
