using System.Text.Json.Serialization;
using LmApi.Infrastructure.Json;

namespace LmApi.Infrastructure.Problems;

/// <summary>How problems are written.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(Problem))]
internal sealed partial class ProblemJson : JsonSerializerContext
{
    public static readonly ProblemJson Wire = new(ApiJson.CreateOptions());
}
