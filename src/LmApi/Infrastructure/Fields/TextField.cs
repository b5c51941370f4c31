using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Nodes;
using LmApi.Infrastructure.Json;
using LmApi.Infrastructure.Problems;
using Microsoft.OpenApi;

namespace LmApi.Infrastructure.Fields;

/// <summary>A string; lengths are counted in UTF-16 units.</summary>
internal sealed class TextField : Field<string>
{
    public int MinLength { get; init; }

    public int MaxLength { get; init; } = int.MaxValue;

    public override string TypeInWords => (MinLength, MaxLength) switch
    {
        (0, int.MaxValue) => "a string",
        (1, int.MaxValue) => "a string that is not empty",
        (_, int.MaxValue) => $"a string of at least {MinLength} characters",
        _ => $"a string of {MinLength} to {MaxLength} characters",
    };

    public override bool TryRead(
        JsonElement value,
        string path,
        FieldErrors errors,
        [MaybeNullWhen(false)] out string result)
    {
        result = null;
        if (value.ValueKind != JsonValueKind.String)
        {
            return WrongType(value, path, errors, "string");
        }

        if (!JsonText.TryGet(value, out result))
        {
            errors.Add(
                path,
                FieldErrorCodes.InvalidText,
                $"`{path}` has an unpaired surrogate, which is not text.",
                value);
            return false;
        }

        if (result.Length < MinLength || result.Length > MaxLength)
        {
            var code = result.Length < MinLength ? FieldErrorCodes.TooShort : FieldErrorCodes.TooLong;
            errors.Add(path, code, $"`{path}` must be {TypeInWords}, not of {result.Length}.", value,
                new() { MinLength = MinLength, MaxLength = MaxLength });
            return false;
        }

        return true;
    }

    protected override void Constrain(OpenApiSchema schema)
    {
        schema.Type = JsonSchemaType.String;
        schema.MinLength = MinLength > 0 ? MinLength : null;
        schema.MaxLength = MaxLength < int.MaxValue ? MaxLength : null;
    }

    protected override JsonNode? DefaultJson() => Default is { } value ? JsonValue.Create(value) : null;
}
