using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace LmApi.Infrastructure.Json;

/// <summary>Shortens what a client sent before it is repeated in an answer.</summary>
internal static class Excerpt
{
    /// <summary>The most UTF-16 units that are repeated.</summary>
    private const int Longest = 100;

    /// <summary>Enough UTF-8 for more than <see cref="Longest"/> units.</summary>
    private const int LongestBytes = 4 * (Longest + 1);

    public static string? Of(string? text)
    {
        if (text is null || text.Length <= Longest)
        {
            return text;
        }

        var end = char.IsHighSurrogate(text[Longest - 1]) ? Longest - 1 : Longest;
        return text[..end] + "…";
    }

    /// <summary>
    /// The value itself where it is short and text; otherwise the beginning of its JSON, as a string.
    /// </summary>
    /// <remarks>However long the value is, only its beginning is copied.</remarks>
    public static JsonElement Of(JsonElement value)
    {
        var utf8 = JsonMarshal.GetRawUtf8Value(value);
        var raw = Encoding.UTF8.GetString(utf8[..Math.Min(utf8.Length, LongestBytes)]);
        return raw.Length <= Longest && JsonText.IsRepeatable(value) ? value.Clone() : Quote(Of(raw)!);
    }

    private static JsonElement Quote(string text) => JsonSerializer.SerializeToElement(text, ApiJson.Wire.String);
}
