using System.Text.Json;

namespace LmApi.Infrastructure.Json;

/// <summary>Shortens what a client sent before it is repeated in an answer.</summary>
internal static class Excerpt
{
    /// <summary>UTF-16 units repeated at most.</summary>
    private const int Longest = 100;

    public static string? Of(string? text)
    {
        if (text is null || text.Length <= Longest)
        {
            return text;
        }

        var end = char.IsHighSurrogate(text[Longest - 1]) ? Longest - 1 : Longest;
        return text[..end] + "…";
    }

    /// <summary>The value itself where it is short and text; otherwise the beginning of its JSON, as a string.</summary>
    public static JsonElement Of(JsonElement value)
    {
        var raw = value.GetRawText();
        return raw.Length <= Longest && JsonText.IsRepeatable(value) ? value.Clone() : Quote(Of(raw)!);
    }

    private static JsonElement Quote(string text) => JsonSerializer.SerializeToElement(text, ApiJson.Wire.String);
}
