using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using LmApi.Infrastructure.Problems;
using Microsoft.OpenApi;

namespace LmApi.Infrastructure.Fields;

/// <summary>A number in an interval; checked again as the <see langword="float"/> it becomes, where 1e-60 is 0.</summary>
internal sealed class NumberField : Field<float?>
{
    public required double Minimum { get; init; }

    public required double Maximum { get; init; }

    /// <summary>Whether <see cref="Minimum"/> itself is not allowed.</summary>
    public bool ExclusiveMinimum { get; init; }

    public override string TypeInWords => ExclusiveMinimum
        ? FormattableString.Invariant($"a number above {Minimum} and at most {Maximum}")
        : FormattableString.Invariant($"a number from {Minimum} to {Maximum}");

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
                Maximum = Maximum,
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
        schema.Maximum = Maximum.ToString(CultureInfo.InvariantCulture);
        var minimum = Minimum.ToString(CultureInfo.InvariantCulture);
        schema.Minimum = ExclusiveMinimum ? null : minimum;
        schema.ExclusiveMinimum = ExclusiveMinimum ? minimum : null;
    }

    protected override JsonNode? DefaultJson() => Default is { } value ? JsonValue.Create(value) : null;

    private bool Allows(double number) =>
        (ExclusiveMinimum ? number > Minimum : number >= Minimum) && number <= Maximum;
}
