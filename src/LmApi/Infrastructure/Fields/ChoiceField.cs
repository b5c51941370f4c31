using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Nodes;
using LmApi.Infrastructure.Json;
using LmApi.Infrastructure.Problems;
using Microsoft.OpenApi;
using NameLists = LmModel.Files.NameLists;

namespace LmApi.Infrastructure.Fields;

/// <summary>One of a few names.</summary>
internal sealed class ChoiceField : Field<string>
{
    public required IReadOnlyList<string> Choices { get; init; }

    public override string TypeInWords => NameLists.OneOf([.. Choices.Select(choice => $"`{choice}`")]);

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

        if (JsonText.TryGet(value, out var name) && Choices.Contains(name))
        {
            result = name;
            return true;
        }

        errors.Add(path, FieldErrorCodes.OutOfRange, $"`{path}` must be {TypeInWords}.", value);
        return false;
    }

    protected override void Constrain(OpenApiSchema schema)
    {
        schema.Type = JsonSchemaType.String;
        schema.Enum = [.. Choices.Select(choice => JsonValue.Create(choice))];
        if (!Required)
        {
            // An enum must list null too.
            schema.Enum.Add(JsonNullSentinel.JsonNull);
        }
    }

    protected override JsonNode? DefaultJson() => Default is { } value ? JsonValue.Create(value) : null;
}
