using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.OpenApi;

namespace LmApi.Infrastructure.Fields;

/// <summary>An object with members of its own.</summary>
internal abstract class ObjectField<T> : Field<T>
    where T : class
{
    /// <summary>Its members, in the order they are documented and reported.</summary>
    public abstract IReadOnlyList<Field> Members { get; }

    public override string TypeInWords =>
        $"an object of {string.Join(", ", Members.Select(member => $"`{member.Name}`"))}";

    public override bool TryRead(
        JsonElement value, string path, FieldErrors errors, [MaybeNullWhen(false)] out T result)
    {
        result = null;
        return value.ValueKind == JsonValueKind.Object
            ? TryRead(new FieldReader(value, Members, path, errors), out result)
            : WrongType(value, path, errors, "object");
    }

    /// <summary>Reads every member; false, with the errors already added, if one is not valid.</summary>
    protected abstract bool TryRead(FieldReader reader, [MaybeNullWhen(false)] out T result);

    protected override void Constrain(OpenApiSchema schema) => TableSchema.Constrain(schema, Members);

    protected override JsonNode? DefaultJson() => null;
}
