using System.Text.Json.Serialization;
using LmApi.Infrastructure.Json;

namespace LmApi.OpenAi;

/// <summary>How the usage in a stream is written.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(OpenAiUsage))]
internal sealed partial class OpenAiUsageJson : JsonSerializerContext
{
    public static readonly OpenAiUsageJson Wire = new(ApiJson.CreateOptions());
}
