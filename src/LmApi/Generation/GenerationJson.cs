using System.Text.Json.Serialization;
using LmApi.Infrastructure.Json;

namespace LmApi.Generation;

/// <summary>How the answers of <c>POST /generate</c> are written.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(StartResponse))]
[JsonSerializable(typeof(TokenResponse))]
[JsonSerializable(typeof(GenerationResponse))]
[JsonSerializable(typeof(StreamErrorResponse))]
internal sealed partial class GenerationJson : JsonSerializerContext
{
    public static readonly GenerationJson Wire = new(ApiJson.CreateOptions());
}
