using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Nodes;
using LmApi.Infrastructure.Problems;
using Microsoft.OpenApi;

namespace LmApi.Infrastructure.Fields;

/// <summary>One member of a request body: its valid values, its meaning, and how it is read and documented.</summary>
internal abstract class Field
{
    public required string Name { get; init; }

    public required string Description { get; init; }

    public bool Required { get; init; }

    /// <summary>Names that other services give this member, for suggestions.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    public JsonNode? Example { get; init; }

    /// <summary>"a string", "an integer" … as part of a sentence.</summary>
    public abstract string TypeInWords { get; }

    /// <summary>The JSON Schema of the valid values.</summary>
    public OpenApiSchema Schema()
    {
        var schema = new OpenApiSchema
        {
            Description = Description,
            Examples = Example is null ? null : [Example],
            Default = DefaultJson(),
        };
        Constrain(schema);
        if (!Required)
        {
            schema.Type |= JsonSchemaType.Null;
        }

        return schema;
    }

    protected abstract void Constrain(OpenApiSchema schema);

    protected abstract JsonNode? DefaultJson();
}

/// <summary>A <see cref="Field"/> whose valid values are read as <typeparamref name="T"/>.</summary>
internal abstract class Field<T> : Field
{
    public T? Default { get; init; }

    /// <summary>Reads a value that is present and not null; adds what is wrong with it to the errors.</summary>
    public abstract bool TryRead(
        JsonElement value,
        string path,
        FieldErrors errors,
        [MaybeNullWhen(false)] out T result);

    protected bool WrongType(JsonElement value, string path, FieldErrors errors, string schemaType)
    {
        errors.Add(
            path,
            FieldErrorCodes.WrongType,
            $"`{path}` must be {TypeInWords}.",
            value,
            new() { Type = schemaType }
        );
        return false;
    }

    /// <summary>
    /// Whether the value is an array of at most <paramref name="maxItems"/> items; otherwise adds the error.
    /// </summary>
    protected bool IsArray(JsonElement value, string path, FieldErrors errors, int maxItems)
    {
        if (value.ValueKind != JsonValueKind.Array)
        {
            return WrongType(value, path, errors, "array");
        }

        var length = value.GetArrayLength();
        if (length > maxItems)
        {
            errors.Add(path, FieldErrorCodes.TooMany, $"`{path}` may have {maxItems} items, not {length}.",
                value, new() { MaxItems = maxItems });
            return false;
        }

        return true;
    }
}
