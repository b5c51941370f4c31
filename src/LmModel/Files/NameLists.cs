using System.Reflection;
using System.Text.Json.Serialization;

namespace LmModel.Files;

/// <summary>Names that a value may have, as a message lists them.</summary>
internal static class NameLists
{
    /// <summary>Such as <c>fp32, bf16 or int8</c>.</summary>
    /// <param name="names">At least two.</param>
    public static string OneOf(IReadOnlyList<string> names) =>
        $"{string.Join(", ", names.SkipLast(1))} or {names[^1]}";

    /// <summary>The same of the names that the values of an enum have in JSON.</summary>
    public static string OneOf(Type type) => OneOf(Of(type));

    /// <summary>The names that the values of an enum have in JSON, in the order of their declaration.</summary>
    public static IReadOnlyList<string> Of(Type type) =>
    [
        .. type.GetFields(BindingFlags.Public | BindingFlags.Static)
            .Select(field => field.GetCustomAttribute<JsonStringEnumMemberNameAttribute>()?.Name ?? field.Name),
    ];
}
