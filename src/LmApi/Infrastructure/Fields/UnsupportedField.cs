using System.Text.Json;
using System.Text.Json.Nodes;
using LmApi.Infrastructure.Json;
using LmApi.Infrastructure.Problems;
using Microsoft.OpenApi;

namespace LmApi.Infrastructure.Fields;

/// <summary>
/// A member that clients of another service know and that the service cannot honour: an error, unless its value asks
/// for nothing. <see cref="FieldReader.RefuseUnsupported"/> checks all of them.
/// </summary>
internal sealed class UnsupportedField : Field<bool?>
{
    private JsonElement[] _neutral = [];

    /// <summary>The values that ask for nothing, besides null, as JSON.</summary>
    public IReadOnlyList<string> Neutral
    {
        get => [.. _neutral.Select(value => value.GetRawText())];
        init => _neutral = [.. value.Select(json => JsonDocument.Parse(json).RootElement.Clone())];
    }

    public override string TypeInWords => "absent";

    /// <param name="name">Of the member.</param>
    /// <param name="why">Why, as a sentence.</param>
    /// <param name="neutral"><see cref="Neutral"/>.</param>
    public static UnsupportedField Of(string name, string why, params IReadOnlyList<string> neutral) =>
        new() { Name = name, Description = why, Neutral = neutral };

    public override bool TryRead(JsonElement value, string path, FieldErrors errors, out bool? result)
    {
        result = null;
        if (JsonText.IsRepeatable(value) && _neutral.Any(neutral => JsonElement.DeepEquals(neutral, value)))
        {
            return true;
        }

        errors.Add(path, FieldErrorCodes.NotAvailable, $"`{path}` is not supported: {Description}", value);
        return false;
    }

    protected override void Constrain(OpenApiSchema schema) =>
        schema.Enum = [.. _neutral.Select(value => JsonNode.Parse(value.GetRawText())!), JsonNullSentinel.JsonNull];

    protected override JsonNode? DefaultJson() => null;
}
