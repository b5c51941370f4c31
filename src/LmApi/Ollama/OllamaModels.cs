using System.Globalization;
using System.Text.Json.Nodes;
using LmApi.Models;
using LmModel.Quantization;
using LmModel.Sampling;

namespace LmApi.Ollama;

/// <summary>What Ollama's clients ask about models.</summary>
internal static class OllamaModels
{
    public static OllamaTag Tag(LoadedModel model, Precision precision) => new()
    {
        Name = model.Name + ModelNames.Latest,
        Model = model.Name + ModelNames.Latest,
        ModifiedAt = model.WrittenAt,
        Size = model.Folder.WeightsBytes,
        Digest = model.Folder.WeightsSha256,
        Details = Details(model, precision),
    };

    public static OllamaModelCard Card(LoadedModel model, Precision precision)
    {
        var config = model.Folder.Config;
        var sampling = model.Folder.Defaults.Sampling;
        return new()
        {
            Parameters = string.Join('\n', SamplingParameter.All.Select(parameter => string.Create(
                CultureInfo.InvariantCulture, $"{parameter.Name} {parameter.Of(sampling)}"))),
            Template = model.Folder.ChatTemplate?.Source ?? "{{ .Prompt }}",
            Details = Details(model, precision),
            ModelInfo = new()
            {
                ["general.architecture"] = Cell(model),
                ["general.parameter_count"] = config.ParameterCount,
                [$"{Cell(model)}.block_count"] = config.Layers,
                [$"{Cell(model)}.embedding_length"] = config.EmbeddingSize,
                [$"{Cell(model)}.hidden_length"] = config.HiddenSize,
                ["tokenizer.kind"] = model.Tokenizer.Kind,
                ["tokenizer.vocabulary_size"] = model.Tokenizer.VocabularySize,
            },
            ModifiedAt = model.WrittenAt,
        };
    }

    private static OllamaDetails Details(LoadedModel model, Precision precision) => new()
    {
        Family = Cell(model),
        Families = [Cell(model)],
        ParameterSize = ShortCount(model.Folder.Config.ParameterCount),
        QuantizationLevel = precision.Name(),
    };

    private static string Cell(LoadedModel model) => ModelApi.Name(model.Folder.Config.Cell);

    /// <summary>4.6M, 58.3K.</summary>
    private static string ShortCount(long count) => count >= 1_000_000
        ? string.Create(CultureInfo.InvariantCulture, $"{count / 1e6:0.#}M")
        : string.Create(CultureInfo.InvariantCulture, $"{count / 1e3:0.#}K");
}

/// <summary>The models of the service.</summary>
internal sealed record OllamaTags
{
    /// <summary>The one model.</summary>
    public required IReadOnlyList<OllamaTag> Models { get; init; }
}

/// <summary>A model.</summary>
internal sealed record OllamaTag
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>The same.</summary>
    public required string Model { get; init; }

    /// <summary>When its weights were written.</summary>
    public required DateTimeOffset ModifiedAt { get; init; }

    /// <summary>Bytes of its weights.</summary>
    public required long Size { get; init; }

    /// <summary>SHA-256 of its weights.</summary>
    public required string Digest { get; init; }

    /// <summary>More about it.</summary>
    public required OllamaDetails Details { get; init; }
}

/// <summary>More about a model.</summary>
internal sealed record OllamaDetails
{
    /// <summary>Always empty.</summary>
    public string ParentModel { get; init; } = "";

    /// <summary>Always `safetensors`.</summary>
    public string Format { get; init; } = "safetensors";

    /// <summary>The cell, such as `lstm`.</summary>
    public required string Family { get; init; }

    /// <summary>The same.</summary>
    public required IReadOnlyList<string> Families { get; init; }

    /// <summary>Number of parameters, such as `4.6M`.</summary>
    public required string ParameterSize { get; init; }

    /// <summary>The precision that it is served in.</summary>
    public required string QuantizationLevel { get; init; }
}

/// <summary>The answer to `POST /api/show`.</summary>
internal sealed record OllamaModelCard
{
    /// <summary>Always empty.</summary>
    public string Modelfile { get; init; } = "";

    /// <summary>The defaults of the sampling members, a line each.</summary>
    public required string Parameters { get; init; }

    /// <summary>The model's `chat_template.txt`, or that the prompt is used as it is.</summary>
    public required string Template { get; init; }

    /// <summary>More about it.</summary>
    public required OllamaDetails Details { get; init; }

    /// <summary>Its sizes.</summary>
    public required JsonObject ModelInfo { get; init; }

    /// <summary>Always `completion`.</summary>
    public IReadOnlyList<string> Capabilities { get; init; } = ["completion"];

    /// <summary>When its weights were written.</summary>
    public required DateTimeOffset ModifiedAt { get; init; }
}

/// <summary>The answer to `GET /api/version`.</summary>
internal sealed record OllamaVersion
{
    /// <summary>Of the service.</summary>
    public required string Version { get; init; }
}
