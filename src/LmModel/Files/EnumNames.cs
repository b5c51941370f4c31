using System.Reflection;
using System.Text.Json.Serialization;

namespace LmModel.Files;

/// <summary>The names that the values of an enum have in JSON.</summary>
internal static class EnumNames
{
    /// <summary>All names in a sentence, such as <c>fp32, bf16 or int8</c>.</summary>
    public static string Listed(Type type)
    {
        var names = type.GetFields(BindingFlags.Public | BindingFlags.Static)
            .Select(field => field.GetCustomAttribute<JsonStringEnumMemberNameAttribute>()?.Name ?? field.Name)
            .ToList();
        return $"{string.Join(", ", names.SkipLast(1))} or {names[^1]}";
    }
}
