using System.Text.Json;
using LmModel.Checkpoints;
using LmModel.Files;
using LmModel.Networks;
using LmModel.Tokenization;
using LmModel.Training.Settings;

namespace LmModel.Training.Checkpoints;

/// <summary>
/// Everything a training needs to continue as if it had never stopped: one safetensors file with its tensors, and the
/// rest as JSON in the metadata of that file.
/// </summary>
internal sealed record TrainingCheckpoint
{
    /// <summary>The path of the checkpoint in a model folder.</summary>
    public static string PathIn(string modelFolder) => Path.Combine(modelFolder, "training", "last.safetensors");

    /// <summary>The path of the training's tokenizer in a model folder.</summary>
    public static string TokenizerIn(string modelFolder) => Path.Combine(modelFolder, "training", "tokenizer.json");

    private const string ProgressName = "progress";

    private static readonly JsonSerializerOptions Options = new() { RespectNullableAnnotations = true };

    public required TrainingRun Run { get; init; }

    /// <summary>Parameters, AdamW's moments, averages and the carried state.</summary>
    public required IReadOnlyList<(string Name, long[] Shape, float[] Values)> Tensors { get; init; }

    public void Save(string modelFolder)
    {
        var path = PathIn(modelFolder);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var tensors = Tensors.Select(t => TensorData.Floats(t.Name, t.Shape, t.Values)).ToList();
        SafeTensorsWriter.Write(
            path,
            tensors,
            new Dictionary<string, string> { [ProgressName] = JsonSerializer.Serialize(Run, Options) }
        );
    }

    /// <exception cref="ModelFolderException">There is no checkpoint, or it is broken; the message lists every
    /// problem.</exception>
    /// <returns>The training, its tokenizer, and a function that returns the values of a tensor, given its name and the
    /// expected number of values.</returns>
    public static (TrainingRun Run, Tokenizer Tokenizer, Func<string, long, float[]> Values) Load(string modelFolder)
    {
        var path = PathIn(modelFolder);
        if (!FolderFile.Exists(path))
        {
            throw new ModelFolderException($"There is no training to resume: {path} is missing.");
        }

        var problems = new ProblemList();
        ModelFolderException Failure() => new(problems.Describe($"The training in {modelFolder} cannot be resumed"));
        TrainingRun? run = null;
        Tokenizer? tokenizer = null;
        Dictionary<string, float[]> values = [];
        problems.Attempt(Path.GetFileName(path), () =>
        {
            using var reader = SafeTensorsReader.Open(path);
            run = ReadRun(reader);
            values = reader.Tensors.ToDictionary(t => t.Name, t => reader.ReadFloats(t.Name));
        });
        problems.Attempt(
            Path.GetFileName(TokenizerIn(modelFolder)),
            () => tokenizer = TokenizerReader.Read(FolderFile.Read(TokenizerIn(modelFolder), TokenizerFile.MaxBytes)));
        if (run is not null && tokenizer is not null && tokenizer.VocabularySize != run.Config.VocabularySize)
        {
            problems.Add(
                $"its tokenizer has {tokenizer.VocabularySize} tokens, but its network {run.Config.VocabularySize}");
        }

        return problems.Count > 0 ? throw Failure() : (run!, tokenizer!, (name, count) =>
        {
            if (values.GetValueOrDefault(name) is { } numbers && numbers.LongLength == count)
            {
                return numbers;
            }

            problems.Add(
                $"{name}: expected {count} numbers, found "
                    + $"{values.GetValueOrDefault(name)?.LongLength.ToString() ?? "none"}");
            throw Failure();
        }
        );
    }

    private static TrainingRun ReadRun(SafeTensorsReader reader)
    {
        if (!reader.Metadata.TryGetValue(ProgressName, out var progress))
        {
            throw new InvalidDataException(
                "has no progress in its metadata, so it is not the checkpoint of a training");
        }

        try
        {
            var run =
                JsonSerializer.Deserialize<TrainingRun>(progress, Options)
                ?? throw new JsonException("expected an object");
            var problems = run.Config.Problems().Concat(run.Settings.Problems()).ToList();
            return problems.Count == 0 ? run : throw new JsonException(string.Join("; ", problems));
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"the progress in its metadata is not valid: {e.Message}", e);
        }
    }
}

/// <summary>A training and its progress: everything that is resumed except the tensors.</summary>
internal sealed record TrainingRun
{
    public required ModelConfig Config { get; init; }

    public required TrainingSettings Settings { get; init; }

    /// <summary>The contents of the model card; a resumed training keeps them.</summary>
    public required ModelCard Card { get; init; }

    /// <summary>SHA-256 of the corpus: a training cannot be resumed on a different one.</summary>
    public required string CorpusSha256 { get; init; }

    /// <summary>SHA-256 of the validation text; null if it is a part of the corpus.</summary>
    public string? ValidationSha256 { get; init; }

    /// <summary>Updates done.</summary>
    public int Step { get; init; }

    /// <summary>Loss of the last update, nats per token.</summary>
    public double Loss { get; init; }

    /// <summary>
    /// Whether the validation that follows <see cref="Step"/> was cancelled, so that a resumed training begins with it.
    /// </summary>
    public bool ValidationDue { get; init; }

    /// <summary>Best validation loss so far; null before the first validation.</summary>
    public double? BestLoss { get; init; }

    /// <summary>Updates done when <see cref="BestLoss"/> was reached.</summary>
    public int BestStep { get; init; }

    /// <summary>Validations since the best one.</summary>
    public int ValidationsSinceBest { get; init; }

    /// <summary>Where the next window begins.</summary>
    public TrainingPosition Position { get; init; }

    /// <summary>Time trained so far, over all interruptions.</summary>
    public TimeSpan Elapsed { get; init; }
}
