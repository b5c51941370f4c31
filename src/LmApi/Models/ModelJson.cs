using System.Text.Json.Serialization;
using LmApi.Infrastructure.Json;
using LmModel.Audits;

namespace LmApi.Models;

/// <summary>How the answers of the model and its tokenizer are written.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(ModelResponse))]
[JsonSerializable(typeof(TrainingResponse))]
[JsonSerializable(typeof(AuditReport))]
[JsonSerializable(typeof(TokenizeResponse))]
[JsonSerializable(typeof(DetokenizeResponse))]
internal sealed partial class ModelJson : JsonSerializerContext
{
    public static readonly ModelJson Wire = new(ApiJson.CreateOptions());
}
