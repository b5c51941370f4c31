using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.OpenApi;

namespace LmApi.Infrastructure.Fields;

/// <summary>A member that clients of another service send, and that changes nothing here: any value is valid.</summary>
internal sealed class IgnoredField : Field<bool?>
{
    public override string TypeInWords => "anything";

    public static IEnumerable<Field> Of(params IEnumerable<string> names) =>
        names.Select(name => new IgnoredField { Name = name, Description = "Has no effect." });

    public override bool TryRead(JsonElement value, string path, FieldErrors errors, out bool? result)
    {
        result = null;
        return true;
    }

    protected override void Constrain(OpenApiSchema schema)
    {
    }

    protected override JsonNode? DefaultJson() => null;
}
