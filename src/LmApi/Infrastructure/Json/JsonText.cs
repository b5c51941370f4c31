using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace LmApi.Infrastructure.Json;

/// <summary>
/// Reads strings from JSON. A lone escape such as <c>"\ud800"</c> is valid JSON but not text, and the runtime throws on
/// it.
/// </summary>
internal static class JsonText
{
    public static bool TryGet(JsonElement value, [NotNullWhen(true)] out string? text)
    {
        try
        {
            text = value.GetString()!;
            return true;
        }
        catch (InvalidOperationException)
        {
            text = null;
            return false;
        }
    }

    public static bool TryGetName(JsonProperty member, [NotNullWhen(true)] out string? name)
    {
        try
        {
            name = member.Name;
            return true;
        }
        catch (InvalidOperationException)
        {
            name = null;
            return false;
        }
    }

    /// <summary>
    /// The first member of an object with a name; <see cref="JsonElement.TryGetProperty(string, out JsonElement)"/>
    /// throws where another name is not text.
    /// </summary>
    public static bool TryGetMember(JsonElement value, string name, out JsonElement member)
    {
        foreach (var candidate in value.EnumerateObject())
        {
            if (TryGetName(candidate, out var text) && text == name)
            {
                member = candidate.Value;
                return true;
            }
        }

        member = default;
        return false;
    }

    /// <summary>Whether all strings in the value can be written again.</summary>
    public static bool IsRepeatable(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => TryGet(value, out _),
        JsonValueKind.Array => value.EnumerateArray().All(IsRepeatable),
        JsonValueKind.Object => value.EnumerateObject().All(m => TryGetName(m, out _) && IsRepeatable(m.Value)),
        _ => true,
    };
}
