using LmModel.Networks;
using LmModel.Tokenization;

namespace LmModel.Checkpoints;

/// <summary>A model on disk: <c>config.json</c>, <c>tokenizer.json</c>, <c>model.safetensors</c>, <c>README.md</c>.</summary>
public sealed class ModelFolder
{
    public required string Path { get; init; }

    public required ModelConfig Config { get; init; }

    public required Tokenizer Tokenizer { get; init; }

    /// <summary>SHA-256 of <c>model.safetensors</c>, lower-case hexadecimal.</summary>
    public required string WeightsSha256 { get; init; }

    /// <summary>The model card, Markdown; null where the folder has none.</summary>
    public string? Card { get; init; }

    /// <exception cref="ModelFolderException">Anything is missing, broken or does not fit; the message names it all.</exception>
    public static ModelFolder Open(string path) => throw new NotImplementedException();

    /// <summary>Every parameter by its name in <see cref="ModelConfig.ParameterShapes"/>, row by row.</summary>
    public IReadOnlyDictionary<string, float[]> ReadWeights() => throw new NotImplementedException();

    /// <summary>Writes all files, each atomically; the folder is made where it is missing.</summary>
    public static void Save(
        string path, ModelConfig config, Tokenizer tokenizer, IReadOnlyDictionary<string, float[]> weights, string card) =>
        throw new NotImplementedException();
}

/// <summary>A model folder cannot be used; the message says what is wrong, where, and what was expected.</summary>
public sealed class ModelFolderException(string message, Exception? inner = null) : Exception(message, inner);
