using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using LmApi.Generation;
using LmApi.Health;
using LmApi.Infrastructure.Problems;
using LmApi.Models;

namespace LmApi.Infrastructure.Json;

/// <summary>How everything is written: snake_case, absent instead of null where a type says so.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(Problem))]
[JsonSerializable(typeof(StartResponse))]
[JsonSerializable(typeof(TokenResponse))]
[JsonSerializable(typeof(GenerationResponse))]
[JsonSerializable(typeof(StreamErrorResponse))]
[JsonSerializable(typeof(ModelResponse))]
[JsonSerializable(typeof(TokenizeResponse))]
[JsonSerializable(typeof(DetokenizeResponse))]
[JsonSerializable(typeof(HealthResponse))]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(int))]
internal sealed partial class ApiJson : JsonSerializerContext
{
    /// <summary>
    /// Does not escape for HTML, which answers are never part of: an "é" stays as it is.
    /// </summary>
    public static readonly JsonWriterOptions Writer = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The context that all answers are written with.</summary>
    public static readonly ApiJson Wire = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = Writer.Encoder,
    });
}
