using System.Text.Json;
using LmModel.Checkpoints;
using LmModel.Networks;

namespace LmModel.Training;

/// <summary>
/// Everything a training needs to go on as if it had never stopped: one safetensors file of the weights, the optimizer's
/// memory and the carried state, with the rest as JSON in its metadata.
/// </summary>
internal sealed record TrainingCheckpoint
{
    /// <summary>Where a model folder keeps it.</summary>
    public static string PathIn(string modelFolder) => Path.Combine(modelFolder, "training", "last.safetensors");

    private const string OptimizerName = "optimizer";
    private const string CarriedPrefix = "carried.";
    private const string ProgressName = "progress";

    public required TrainingRun Run { get; init; }

    public required IReadOnlyDictionary<string, float[]> Weights { get; init; }

    /// <summary>The optimizer's own serialization.</summary>
    public required byte[] Optimizer { get; init; }

    /// <summary>The recurrent state after the last window: h, and c for an LSTM, each (L, B, H).</summary>
    public required IReadOnlyList<float[]> Carried { get; init; }

    public void Save(string modelFolder)
    {
        var config = Run.Config;
        var tensors = config.ParameterShapes
            .Select(p => TensorData.Floats(p.Name, p.Shape, Weights[p.Name]))
            .Append(TensorData.Bytes(OptimizerName, TensorType.U8, [Optimizer.Length], Optimizer))
            .Concat(Carried.Select((values, i) => TensorData.Floats(
                CarriedPrefix + i, [config.Layers, Run.Settings.BatchSize, config.HiddenSize], values)));
        var path = PathIn(modelFolder);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        SafeTensorsWriter.Write(path, tensors.ToList(), new Dictionary<string, string>
        {
            [ProgressName] = JsonSerializer.Serialize(Run),
        });
    }

    /// <exception cref="ModelFolderException">There is no checkpoint, or it is broken.</exception>
    public static TrainingCheckpoint Load(string modelFolder)
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
            return new TrainingCheckpoint
            {
                Run = run,
                Weights = run.Config.ParameterShapes.ToDictionary(p => p.Name, p => reader.ReadFloats(p.Name)),
                Optimizer = reader.ReadBytes(OptimizerName),
                Carried = [.. Enumerable.Range(0, run.Config.StateVectors).Select(i => reader.ReadFloats(CarriedPrefix + i))],
            };
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

    /// <summary>Best validation loss so far; null before the first validation.</summary>
    public double? BestLoss { get; init; }

    /// <summary>Updates done when <see cref="BestLoss"/> was reached.</summary>
    public int BestStep { get; init; }

    /// <summary>Time trained so far, over all interruptions.</summary>
    public TimeSpan Elapsed { get; init; }
}
