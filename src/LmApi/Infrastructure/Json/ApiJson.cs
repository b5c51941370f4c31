using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace LmApi.Infrastructure.Json;

/// <summary>
/// How all JSON is written: snake_case, absent instead of null if a type says so. Each feature has a context for its
/// own answers, made with <see cref="CreateOptions"/>; this one has what all of them share.
/// </summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(int))]
internal sealed partial class ApiJson : JsonSerializerContext
{
    /// <summary>
    /// Does not escape for HTML, because answers are never embedded in it: an "é" is not changed.
    /// </summary>
    public static readonly JsonWriterOptions Writer = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static readonly ApiJson Wire = new(CreateOptions());

    /// <summary>The options of a context; each context needs its own.</summary>
    public static JsonSerializerOptions CreateOptions() => new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = Writer.Encoder,
    };
}
