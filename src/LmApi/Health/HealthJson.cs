using System.Text.Json.Serialization;
using LmApi.Infrastructure.Json;

namespace LmApi.Health;

/// <summary>How the answers of the health checks are written.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(HealthResponse))]
internal sealed partial class HealthJson : JsonSerializerContext
{
    public static readonly HealthJson Wire = new(ApiJson.CreateOptions());
}
