using System.Text.Json;
using System.Text.Json.Nodes;
using LmApi.Infrastructure.Problems;
using Microsoft.OpenApi;

namespace LmApi.Infrastructure.Fields;

/// <summary>One of a few whole numbers.</summary>
internal sealed class IntegerChoiceField : Field<long?>
{
    /// <summary>In ascending order.</summary>
    public required IReadOnlyList<long> Choices { get; init; }

    /// <summary>Why other numbers, which might be expected, are not among them.</summary>
    public required string Reason { get; init; }

    public override string TypeInWords => string.Join(" or ", Choices);

    public override bool TryRead(JsonElement value, string path, FieldErrors errors, out long? result)
    {
        result = null;
        if (value.ValueKind != JsonValueKind.Number || !value.TryGetDouble(out var number))
        {
            return WrongType(value, path, errors, "integer");
        }

        if (!Choices.Any(choice => choice == number))
        {
            errors.Add(path, FieldErrorCodes.OutOfRange, $"`{path}` must be {TypeInWords}; {Reason}.", value,
                new() { Minimum = Choices[0], Maximum = Choices[^1] });
            return false;
        }

        result = (long)number;
        return true;
    }

    protected override void Constrain(OpenApiSchema schema)
    {
        schema.Type = JsonSchemaType.Integer;
        schema.Format = "int32";
        schema.Enum = [.. Choices.Select(choice => JsonValue.Create(choice))];
        if (!Required)
        {
            // An enum must list null too.
            schema.Enum.Add(JsonNullSentinel.JsonNull);
        }
    }

    protected override JsonNode? DefaultJson() => Default is { } value ? JsonValue.Create(value) : null;
}
