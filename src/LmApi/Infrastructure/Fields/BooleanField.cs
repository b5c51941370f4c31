using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.OpenApi;

namespace LmApi.Infrastructure.Fields;

internal sealed class BooleanField : Field<bool?>
{
    public override string TypeInWords => "true or false";

    public override bool TryRead(JsonElement value, string path, FieldErrors errors, out bool? result)
    {
        result = value.ValueKind is JsonValueKind.True;
        return value.ValueKind is JsonValueKind.True or JsonValueKind.False
            || WrongType(value, path, errors, "boolean");
    }

    protected override void Constrain(OpenApiSchema schema) => schema.Type = JsonSchemaType.Boolean;

    protected override JsonNode? DefaultJson() => Default is { } value ? JsonValue.Create(value) : null;
}
