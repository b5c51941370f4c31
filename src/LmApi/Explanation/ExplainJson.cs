using System.Text.Json.Serialization;
using LmApi.Infrastructure.Json;

namespace LmApi.Explanation;

/// <summary>How the answers of <c>POST /explain</c> are written.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(ExplainResponse))]
internal sealed partial class ExplainJson : JsonSerializerContext
{
    public static readonly ExplainJson Wire = new(ApiJson.CreateOptions());
}
