using System.Text.Json;
using LmApi.Infrastructure;
using LmApi.Infrastructure.OpenApi;
using LmModel.Checkpoints;
using LmModel.Inference;
using LmModel.Networks;
using Microsoft.AspNetCore.Http.HttpResults;

namespace LmApi.Models;

/// <summary>Loads the model and tells what it is: <c>GET /model</c>.</summary>
internal static class ModelApi
{
    public static void AddModel(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<ModelOptions>()
            .BindConfiguration(ModelOptions.Section)
            .ValidateDataAnnotations()
            .ValidateOnStart();
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(new Chance());
        builder.Services.AddSingleton<StepModelFactory>(CreateStepModel);
        builder.Services.AddSingleton<ModelHost>();
        builder.Services.AddHostedService(services => services.GetRequiredService<ModelHost>());
        builder.Services.AddFieldTable<TokenizeFields>();
        builder.Services.AddFieldTable<DetokenizeFields>();
    }

    public static void MapModel(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/model", Describe)
            .WithName("getModel")
            .WithTags("Model")
            .WithSummary("Describe the model")
            .WithDescription("Architecture, sizes, tokenizer, hash of the weights and the model card.")
            .WithResponse<ModelResponse>(ModelDocs.Model)
            .WithProblems();

    private static TorchStepModel CreateStepModel(ModelFolder folder)
    {
        // A step of one sequence is too small to share out, and its bits would depend on the number of cores.
        TorchRuntime.Initialize(threads: 1);
        return new TorchStepModel(folder.Config, folder.ReadWeights());
    }

    internal static JsonHttpResult<ModelResponse> Describe(ModelHost host)
    {
        var folder = host.Model.Folder;
        var config = folder.Config;
        return Answers.Json(new ModelResponse
        {
            Name = host.Model.Name,
            Architecture = new()
            {
                Cell = Name(config.Cell),
                Layers = config.Layers,
                EmbeddingSize = config.EmbeddingSize,
                HiddenSize = config.HiddenSize,
                TieWeights = config.TieWeights,
            },
            Parameters = config.ParameterCount,
            StateBytes = config.StateSize * sizeof(float),
            Tokenizer = new() { Kind = folder.Tokenizer.Kind, VocabularySize = folder.Tokenizer.VocabularySize },
            Weights = new()
            {
                File = ModelFolder.WeightsName,
                Sha256 = folder.WeightsSha256,
                Bytes = folder.WeightsBytes,
            },
            Card = folder.Card,
        });
    }

    private static string Name(Cell cell) => JsonNamingPolicy.SnakeCaseLower.ConvertName(cell.ToString());
}
