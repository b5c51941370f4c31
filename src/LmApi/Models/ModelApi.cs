using System.Globalization;
using System.Text.Json;
using LmApi.Infrastructure;
using LmApi.Infrastructure.OpenApi;
using LmModel.Checkpoints;
using LmModel.Guard;
using LmModel.Inference;
using LmModel.Inference.Engines;
using LmModel.Networks;
using LmModel.Quantization;
using LmModel.Sampling;
using LmModel.Tokenization;
using LmModel.Units;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace LmApi.Models;

/// <summary>Loads the model and describes it: <c>GET /model</c>.</summary>
internal static class ModelApi
{
    public static void AddModel(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<ModelOptions>()
            .BindConfiguration(ModelOptions.Section)
            .ValidateDataAnnotations()
            .ValidateOnStart();
        builder.Services.AddOptions<InferenceOptions>()
            .BindConfiguration(InferenceOptions.Section)
            .ValidateDataAnnotations()
            .Validate(
                o => o.Precision is not { } precision || StepModels.Offers(o.Engine, precision),
                "Inference:Precision must be fp32 if Inference:Engine is torch, which supports nothing else.")
            .ValidateOnStart();
        builder.Services.AddOptions<GuardOptions>()
            .BindConfiguration(GuardOptions.Section)
            .ValidateDataAnnotations()
            .ValidateOnStart();
        builder.Services.AddOptions<EngineOptions>()
            .BindConfiguration(EngineOptions.Section)
            .ValidateDataAnnotations()
            .ValidateOnStart();
        builder.Services.AddOptions<ClientsOptions>().BindConfiguration(ClientsOptions.Section);
        builder.Services.AddSingleton<ModelNames>();
        builder.Services.AddSingleton<StepModelFactory>(CreateStepModel);
        builder.Services.AddSingleton<Admission>();
        builder.Services.AddSingleton<ModelHost>();
        builder.Services.AddSingleton(services => services.GetRequiredService<ModelHost>().Model.Folder.Defaults);
        builder.Services.AddHostedService(services => services.GetRequiredService<ModelHost>());
        builder.Services.AddSingleton<TokenizeDialects>();
        builder.Services.AddFieldTable<TokenizeFields>();
        builder.Services.AddFieldTable<DetokenizeFields>();
    }

    public static void MapModel(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/model", Describe)
            .WithName("getModel")
            .WithTags("Model")
            .WithSummary("Describe the model")
            .WithDescription(
                "Returns architecture, sizes, tokenizer, hash of the weights, units found, the defaults of requests "
                    + "and the model card.")
            .WithResponse<ModelResponse>(ModelDocs.Model)
            .WithProblems();

    private static IStepModel CreateStepModel(ModelFolder folder, InferenceOptions options)
    {
        try
        {
            return StepModels.Create(
                folder.ReadWeights(), options.Engine, options.PrecisionOf(folder), options.ThreadsInUse);
        }
        catch (TorchUnavailableException e)
        {
            throw new TorchUnavailableException(
                $"Inference:Engine is torch, but {e.Message} Inference:Engine=managed, the default, does not need it.",
                e);
        }
    }

    internal static JsonHttpResult<ModelResponse> Describe(
        ModelHost host, IOptions<InferenceOptions> inference, IOptions<GuardOptions> guard)
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
            Tokenizer = ToResponse(folder.Tokenizer),
            Weights = new()
            {
                File = ModelFolder.WeightsName,
                Sha256 = folder.WeightsSha256,
                Bytes = folder.WeightsBytes,
            },
            Inference = ToResponse(inference.Value, folder),
            Units = folder.Units is { } units ? ToResponse(units) : null,
            Guard = folder.Guard is { } filter ? ToResponse(filter, guard.Value) : null,
            Audited = folder.Audit is not null,
            Defaults = ToResponse(folder.Defaults),
            ChatTemplate = folder.ChatTemplate?.Source,
            Card = folder.Card,
        }, ModelJson.Wire.ModelResponse);
    }

    private static TokenizerResponse ToResponse(Tokenizer tokenizer) => new()
    {
        Kind = tokenizer.Kind,
        VocabularySize = tokenizer.VocabularySize,
        Unknown = tokenizer is CharacterTokenizer characters ? Name(characters.UnknownRule) : null,
        Replacement = (tokenizer as CharacterTokenizer)?.Replacement?.ToString(),
        Normalization = Name(tokenizer.Normalization),
    };

    private static InferenceResponse ToResponse(InferenceOptions options, ModelFolder folder) => new()
    {
        Engine = options.Engine.Name(),
        Precision = options.PrecisionOf(folder).Name(),
        Threads = options.ThreadsInUse,
        BatchSize = options.BatchSize,
        Evidence = folder.PrecisionReport is { } report ? ToResponse(report) : null,
    };

    private static DefaultsResponse ToResponse(GenerationDefaults defaults) => new()
    {
        MaxTokens = defaults.MaxTokens,
        Stop = defaults.Stop,
        Sampling = SamplingParameter.All.ToDictionary(
            parameter => parameter.Name,
            parameter => (double)Convert.ToDecimal(parameter.Of(defaults.Sampling), CultureInfo.InvariantCulture)),
    };

    private static ModelGuardResponse ToResponse(VerbatimFilter filter, GuardOptions options) => new()
    {
        Verbatim = filter.Least,
        FalsePositiveRate = Math.Round(filter.FalsePositiveRate, 7),
        Always = options.Verbatim,
    };

    private static PrecisionEvidenceResponse ToResponse(PrecisionReport report) => new()
    {
        Text = report.Text,
        Tokens = report.Tokens,
        Protocol = report.Protocol,
        Window = report.Window,
        Losses = [.. report.Figures.Select(figure => new PrecisionLossResponse
        {
            Precision = figure.Precision.Name(),
            NatsPerToken = Math.Round(figure.NatsPerToken, 6),
            BytesPerToken = figure.BytesPerToken,
        })],
    };

    private static UnitsResponse ToResponse(UnitReport report) => new()
    {
        Text = report.Text,
        Tokens = report.Tokens,
        Tried = report.Tried,
        Control = report.Control,
        Found = [.. report.Units.Select(unit => new FoundUnitResponse
        {
            Feature = unit.Feature,
            Meaning = unit.Meaning,
            Layer = unit.Layer,
            Unit = unit.Unit,
            Sign = unit.Sign,
            Auc = Math.Round(unit.Auc, 6),
            Share = Math.Round(unit.Share, 6),
            PValue = unit.PValue,
        })],
    };

    internal static string Name(Enum value) => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());
}
