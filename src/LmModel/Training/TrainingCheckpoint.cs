using System.Text.Json;
using LmModel.Checkpoints;
using LmModel.Networks;

namespace LmModel.Training;

/// <summary>
/// Everything a training needs to go on as if it had never stopped: one safetensors file of its numbers, with the rest as
/// JSON in its metadata.
/// </summary>
internal sealed record TrainingCheckpoint
{
    /// <summary>Where a model folder keeps it.</summary>
    public static string PathIn(string modelFolder) => Path.Combine(modelFolder, "training", "last.safetensors");

    private const string ProgressName = "progress";

    public required TrainingRun Run { get; init; }

    /// <summary>Parameters, AdamW's moments, averages and the carried state.</summary>
    public required IReadOnlyList<(string Name, long[] Shape, float[] Values)> Tensors { get; init; }

    public void Save(string modelFolder)
    {
        var path = PathIn(modelFolder);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var tensors = Tensors.Select(t => TensorData.Floats(t.Name, t.Shape, t.Values)).ToList();
        SafeTensorsWriter.Write(path, tensors, new Dictionary<string, string> { [ProgressName] = JsonSerializer.Serialize(Run) });
    }

    /// <exception cref="ModelFolderException">There is no checkpoint, or it is broken.</exception>
    /// <returns>The training, and what gives the numbers of a name.</returns>
    public static (TrainingRun Run, Func<string, float[]> Values) Load(string modelFolder)
    {
        var path = PathIn(modelFolder);
        if (!File.Exists(path))
        {
            throw new ModelFolderException($"There is no training to resume: {path} is missing.");
        }

        try
        {
            using var reader = SafeTensorsReader.Open(path);
            var run = JsonSerializer.Deserialize<TrainingRun>(reader.Metadata[ProgressName])!;
            var values = reader.Tensors.ToDictionary(t => t.Name, t => reader.ReadFloats(t.Name));
            return (run, name => values.TryGetValue(name, out var numbers)
                ? numbers
                : throw new ModelFolderException($"The training in {path} cannot be resumed: {name} is missing."));
        }
        catch (Exception e) when (e is SafeTensorsException or JsonException or KeyNotFoundException)
        {
            throw new ModelFolderException($"The training in {path} cannot be resumed: {e.Message}", e);
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

    /// <summary>The validation that follows <see cref="Step"/> was cancelled: a resumed training begins with it.</summary>
    public bool ValidationDue { get; init; }

    /// <summary>Best validation loss so far; null before the first validation.</summary>
    public double? BestLoss { get; init; }

    /// <summary>Updates done when <see cref="BestLoss"/> was reached.</summary>
    public int BestStep { get; init; }

    /// <summary>Validations since the best one.</summary>
    public int ValidationsSinceBest { get; init; }

    /// <summary>Where the next window is.</summary>
    public TextPosition Position { get; init; }

    /// <summary>Time trained so far, over all interruptions.</summary>
    public TimeSpan Elapsed { get; init; }
}
