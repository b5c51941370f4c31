using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using LmApi.Infrastructure.Problems;
using Microsoft.OpenApi;

namespace LmApi.Infrastructure.Fields;

/// <summary>
/// A number in an interval; checked again after conversion to <see langword="float"/>, in which 1e-60 is 0.
/// </summary>
internal sealed class NumberField : Field<float?>
{
    public required double Minimum { get; init; }

    public required double Maximum { get; init; }

    /// <summary>Whether <see cref="Minimum"/> itself is not allowed.</summary>
    public bool ExclusiveMinimum { get; init; }

    /// <summary>Whether <see cref="Maximum"/> itself is not allowed.</summary>
    public bool ExclusiveMaximum { get; init; }

    public override string TypeInWords => (ExclusiveMinimum, ExclusiveMaximum) switch
    {
        (false, false) => FormattableString.Invariant($"a number from {Minimum} to {Maximum}"),
        (var above, var below) => FormattableString.Invariant(
            $"a number {(above ? "above" : "of at least")} {Minimum} and {(below ? "below" : "at most")} {Maximum}"),
    };

    public override bool TryRead(JsonElement value, string path, FieldErrors errors, out float? result)
    {
        result = null;
        if (value.ValueKind != JsonValueKind.Number || !value.TryGetDouble(out var number))
        {
            return WrongType(value, path, errors, "number");
        }

        if (!Allows(number) || !Allows((float)number))
        {
            errors.Add(path, FieldErrorCodes.OutOfRange, $"`{path}` must be {TypeInWords}.", value, new()
            {
                Minimum = ExclusiveMinimum ? null : Minimum,
                ExclusiveMinimum = ExclusiveMinimum ? Minimum : null,
                Maximum = ExclusiveMaximum ? null : Maximum,
                ExclusiveMaximum = ExclusiveMaximum ? Maximum : null,
            });
            return false;
        }

        result = (float)number;
        return true;
    }

    protected override void Constrain(OpenApiSchema schema)
    {
        schema.Type = JsonSchemaType.Number;
        schema.Format = "float";
        var maximum = Maximum.ToString(CultureInfo.InvariantCulture);
        if (ExclusiveMaximum)
        {
            schema.ExclusiveMaximum = maximum;
        }
        else
        {
            schema.Maximum = maximum;
        }

        var minimum = Minimum.ToString(CultureInfo.InvariantCulture);
        schema.Minimum = ExclusiveMinimum ? null : minimum;
        schema.ExclusiveMinimum = ExclusiveMinimum ? minimum : null;
    }

    protected override JsonNode? DefaultJson() => Default is { } value ? JsonValue.Create(value) : null;

    private bool Allows(double number) =>
        (ExclusiveMinimum ? number > Minimum : number >= Minimum)
        && (ExclusiveMaximum ? number < Maximum : number <= Maximum);
}
