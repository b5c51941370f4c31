using System.Text.Json.Serialization;
using LmApi.Infrastructure;
using LmApi.Infrastructure.Json;
using LmApi.Infrastructure.OpenApi;
using LmApi.Infrastructure.Problems;
using LmApi.Models;
using Microsoft.AspNetCore.Http.HttpResults;

namespace LmApi.OpenAi;

/// <summary><c>GET /v1/models</c> and <c>GET /v1/models/{id}</c>.</summary>
internal static class OpenAiModelsApi
{
    private const string Example =
        """{ "id": "tiny", "object": "model", "created": 1700000000, "owned_by": "lmservice" }""";

    public static void MapOpenAiModels(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/models", List)
            .WithName("openAiModels")
            .WithTags(OpenAiSetup.Tag)
            .WithSummary("List the model, for OpenAI's clients")
            .WithDescription("A service has one model.")
            .WithResponse<OpenAiModelList>($$"""{ "object": "list", "data": [{{Example}}] }""")
            .WithProblems();
        // The rest of the path, because names of models elsewhere have slashes.
        routes.MapGet("/v1/models/{**id}", Get)
            .WithName("openAiModel")
            .WithTags(OpenAiSetup.Tag)
            .WithSummary("Describe the model, for OpenAI's clients")
            .WithDescription("`GET /model` says more.")
            .WithResponse<OpenAiModel>(Example)
            .WithProblems(ProblemKind.ModelNotFound);
    }

    internal static JsonHttpResult<OpenAiModelList> List(ModelHost host) =>
        Answers.Json(new OpenAiModelList { Data = [Describe(host.Model)] }, OpenAiModelJson.Wire.OpenAiModelList);

    internal static JsonHttpResult<OpenAiModel> Get(string id, ModelHost host, ModelNames names)
    {
        names.Require(id);
        return Answers.Json(Describe(host.Model), OpenAiModelJson.Wire.OpenAiModel);
    }

    private static OpenAiModel Describe(LoadedModel model) => new()
    {
        Id = model.Name,
        Created = model.WrittenAt.ToUnixTimeSeconds(),
    };
}

/// <summary>The models of the service.</summary>
internal sealed record OpenAiModelList
{
    /// <summary>Always `list`.</summary>
    public string Object { get; init; } = "list";

    /// <summary>The one model.</summary>
    public required IReadOnlyList<OpenAiModel> Data { get; init; }
}

/// <summary>A model.</summary>
internal sealed record OpenAiModel
{
    /// <summary>Its name.</summary>
    public required string Id { get; init; }

    /// <summary>Always `model`.</summary>
    public string Object { get; init; } = "model";

    /// <summary>When its weights were written, in seconds since 1970.</summary>
    public required long Created { get; init; }

    /// <summary>Always `lmservice`.</summary>
    public string OwnedBy { get; init; } = "lmservice";
}

/// <summary>How models are written.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(OpenAiModelList))]
[JsonSerializable(typeof(OpenAiModel))]
internal sealed partial class OpenAiModelJson : JsonSerializerContext
{
    public static readonly OpenAiModelJson Wire = new(ApiJson.CreateOptions());
}
