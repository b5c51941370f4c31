using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using LmApi.Infrastructure.Problems;
using Microsoft.OpenApi;

namespace LmApi.Infrastructure.Fields;

/// <summary>A whole number; <c>10.0</c> and <c>1e1</c> are whole too, as in JSON Schema.</summary>
internal sealed class IntegerField : Field<long?>
{
    public required long Minimum { get; init; }

    /// <summary>At most 2⁵³−1, which is the greatest integer that every JSON reader keeps exactly.</summary>
    public required long Maximum { get; init; }

    public override string TypeInWords =>
        string.Create(CultureInfo.InvariantCulture, $"an integer from {Minimum} to {Maximum}");

    public override bool TryRead(JsonElement value, string path, FieldErrors errors, out long? result)
    {
        result = null;
        if (value.ValueKind != JsonValueKind.Number || !value.TryGetDouble(out var number))
        {
            return WrongType(value, path, errors, "integer");
        }

        if (double.IsFinite(number) && number != Math.Truncate(number))
        {
            return WrongType(value, path, errors, "integer");
        }

        if (number < Minimum || number > Maximum)
        {
            errors.Add(path, FieldErrorCodes.OutOfRange, $"`{path}` must be {TypeInWords}.", value,
                new() { Minimum = Minimum, Maximum = Maximum });
            return false;
        }

        result = (long)number;
        return true;
    }

    protected override void Constrain(OpenApiSchema schema)
    {
        schema.Type = JsonSchemaType.Integer;
        schema.Format = Maximum > int.MaxValue ? "int64" : "int32";
        schema.Minimum = Minimum.ToString(CultureInfo.InvariantCulture);
        schema.Maximum = Maximum.ToString(CultureInfo.InvariantCulture);
    }

    protected override JsonNode? DefaultJson() => Default is { } value ? JsonValue.Create(value) : null;
}
