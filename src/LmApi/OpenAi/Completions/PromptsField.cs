using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Nodes;
using LmApi.Infrastructure.Fields;
using Microsoft.OpenApi;

namespace LmApi.OpenAi.Completions;

/// <summary>One prompt, as a text or as token ids.</summary>
/// <param name="Path">Where it is in the body.</param>
/// <param name="Text">The text; null for token ids.</param>
/// <param name="Ids">The token ids, not yet checked against a vocabulary.</param>
internal sealed record Prompt(string Path, string? Text, int[] Ids);

/// <summary>A text, token ids, or an array of several texts or of several arrays of token ids.</summary>
internal sealed class PromptsField : Field<IReadOnlyList<Prompt>>
{
    public required int MaxItems { get; init; }

    public required TextField Text { get; init; }

    public required IntegerListField Ids { get; init; }

    public override string TypeInWords =>
        $"a string, an array of token ids, or an array of up to {MaxItems} strings or arrays of token ids";

    public override bool TryRead(
        JsonElement value, string path, FieldErrors errors, [MaybeNullWhen(false)] out IReadOnlyList<Prompt> result)
    {
        // An empty array is one prompt of no tokens.
        if (value.ValueKind != JsonValueKind.Array
            || value.EnumerateArray().FirstOrDefault().ValueKind is JsonValueKind.Number or JsonValueKind.Undefined)
        {
            result = TryReadOne(value, path, errors, out var one) ? [one] : null;
            return result is not null;
        }

        result = null;
        if (!IsArray(value, path, errors, MaxItems))
        {
            return false;
        }

        var prompts = value.EnumerateArray()
            .Select((item, i) => TryReadOne(item, $"{path}[{i}]", errors, out var prompt) ? prompt : null)
            .ToList();
        result = prompts.OfType<Prompt>().ToList();
        return result.Count == prompts.Count;
    }

    protected override void Constrain(OpenApiSchema schema) => schema.OneOf =
    [
        Text.Schema(),
        Ids.Schema(),
        new OpenApiSchema { Type = JsonSchemaType.Array, MaxItems = MaxItems, Items = Text.Schema() },
        new OpenApiSchema { Type = JsonSchemaType.Array, MaxItems = MaxItems, Items = Ids.Schema() },
    ];

    protected override JsonNode? DefaultJson() => null;

    private bool TryReadOne(
        JsonElement value, string path, FieldErrors errors, [NotNullWhen(true)] out Prompt? prompt)
    {
        prompt = null;
        if (value.ValueKind == JsonValueKind.Array)
        {
            prompt = Ids.TryRead(value, path, errors, out var ids) ? new(path, null, ids) : null;
        }
        else if (value.ValueKind == JsonValueKind.String)
        {
            prompt = Text.TryRead(value, path, errors, out var text) ? new(path, text, []) : null;
        }
        else
        {
            WrongType(value, path, errors, "string");
        }

        return prompt is not null;
    }
}
