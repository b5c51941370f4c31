using System.Text.Json;
using LmModel.Checkpoints;
using LmModel.Files;
using LmModel.Networks;
using LmModel.Tokenization;
using LmModel.Training.Settings;

namespace LmModel.Training.Checkpoints;

/// <summary>
/// Everything a training needs to go on as if it had never stopped: one safetensors file of its numbers, with the rest
/// as JSON in its metadata.
/// </summary>
internal sealed record TrainingCheckpoint
{
    /// <summary>Where a model folder keeps it.</summary>
    public static string PathIn(string modelFolder) => Path.Combine(modelFolder, "training", "last.safetensors");

    /// <summary>Where a model folder keeps the tokenizer of its training.</summary>
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

    /// <exception cref="ModelFolderException">There is no checkpoint, or it is broken; the message names
    /// everything.</exception>
    /// <returns>The training, its tokenizer, and what gives so many numbers of a name.</returns>
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
            throw new InvalidDataException($"the progress in its metadata makes no sense: {e.Message}", e);
        }
    }
}

/// <summary>A training and how far it has come: what is resumed, beside the numbers.</summary>
internal sealed record TrainingRun
{
    public required ModelConfig Config { get; init; }

    public required TrainingSettings Settings { get; init; }

    /// <summary>What the model card says of the model; a resumed training keeps it.</summary>
    public required ModelCard Card { get; init; }

    /// <summary>SHA-256 of the text: another text cannot be trained on further.</summary>
    public required string CorpusSha256 { get; init; }

    /// <summary>SHA-256 of the text that is validated on; null where it is a part of the corpus.</summary>
    public string? ValidationSha256 { get; init; }

    /// <summary>Updates done.</summary>
    public int Step { get; init; }

    /// <summary>Of the last of them, nats a token.</summary>
    public double Loss { get; init; }

    /// <summary>
    /// The validation that follows <see cref="Step"/> was cancelled: a resumed training begins with it.
    /// </summary>
    public bool ValidationDue { get; init; }

    /// <summary>Best validation loss so far; null before the first validation.</summary>
    public double? BestLoss { get; init; }

    /// <summary>Updates done when <see cref="BestLoss"/> was reached.</summary>
    public int BestStep { get; init; }

    /// <summary>Validations since the best one.</summary>
    public int ValidationsSinceBest { get; init; }

    /// <summary>Where the next window is.</summary>
    public TrainingPosition Position { get; init; }

    /// <summary>Time trained so far, over all interruptions.</summary>
    public TimeSpan Elapsed { get; init; }
}
