using System.Text.Json.Serialization;
using LmApi.Infrastructure.Json;

namespace LmApi.Scoring;

/// <summary>How the answers of <c>POST /score</c> are written.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(ScoreResponse))]
[JsonSerializable(typeof(ScoredLineResponse))]
internal sealed partial class ScoreJson : JsonSerializerContext
{
    public static readonly ScoreJson Wire = new(ApiJson.CreateOptions());
}
