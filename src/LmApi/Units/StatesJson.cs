using System.Text.Json.Serialization;
using LmApi.Infrastructure.Json;

namespace LmApi.Units;

/// <summary>How the answers of <c>POST /states</c> are written.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(StatesResponse))]
internal sealed partial class StatesJson : JsonSerializerContext
{
    public static readonly StatesJson Wire = new(ApiJson.CreateOptions());
}
