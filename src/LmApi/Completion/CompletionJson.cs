using System.Text.Json.Serialization;
using LmApi.Infrastructure.Json;

namespace LmApi.Completion;

/// <summary>How the answers of <c>POST /complete</c> are written.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(CompletionResponse))]
internal sealed partial class CompletionJson : JsonSerializerContext
{
    public static readonly CompletionJson Wire = new(ApiJson.CreateOptions());
}
