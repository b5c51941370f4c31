using System.Security.Cryptography;
using System.Text;
using LmModel.Networks;
using LmModel.Tokenization;

namespace LmModel.Checkpoints;

/// <summary>
/// A model on disk: <c>config.json</c>, <c>tokenizer.json</c>, <c>model.safetensors</c>, <c>precision.json</c>, <c>README.md</c>.
/// </summary>
public sealed class ModelFolder
{
    /// <summary>The file of the weights.</summary>
    public const string WeightsName = "model.safetensors";

    private const string ConfigName = "config.json";
    private const string TokenizerName = "tokenizer.json";
    private const string CardName = "README.md";
    private const string PrecisionName = "precision.json";

    public required string Path { get; init; }

    public required ModelConfig Config { get; init; }

    public required Tokenizer Tokenizer { get; init; }

    /// <summary>SHA-256 of <c>model.safetensors</c>, lower-case hexadecimal.</summary>
    public required string WeightsSha256 { get; init; }

    /// <summary>Size of <c>model.safetensors</c>.</summary>
    public required long WeightsBytes { get; init; }

    /// <summary>The model card, Markdown; null where the folder has none.</summary>
    public string? Card { get; init; }

    /// <summary>What these weights lose in each precision; null where that was not measured.</summary>
    public PrecisionReport? PrecisionReport { get; init; }

    /// <summary>The precision to serve it in where nothing else is asked for: without evidence, fp32.</summary>
    public Precision DefaultPrecision => PrecisionReport?.Default ?? Precision.Fp32;

    /// <summary>Checks everything but takes no memory for the weights and does not touch libtorch.</summary>
    /// <exception cref="ModelFolderException">Anything is missing, broken or does not fit; the message names it all.</exception>
    public static ModelFolder Open(string path) => Open(path, withPrecision: true);

    /// <summary>As <see cref="Open(string)"/>, whatever <c>precision.json</c> holds: in order to measure anew.</summary>
    /// <exception cref="ModelFolderException">Anything else is missing, broken or does not fit.</exception>
    public static ModelFolder OpenUnmeasured(string path) => Open(path, withPrecision: false);

    private static ModelFolder Open(string path, bool withPrecision)
    {
        var problems = new ProblemList();
        if (!Directory.Exists(path))
        {
            problems.Add("there is no such folder");
            throw Failure(path, problems);
        }

        ModelConfig? config = null;
        Tokenizer? tokenizer = null;
        string? sha256 = null, card = null;
        PrecisionReport? precision = null;
        var bytes = 0L;
        Attempt(ConfigName, problems, () => config = ReadConfig(path, problems));
        Attempt(TokenizerName, problems, () => tokenizer = ReadTokenizer(path, problems));
        if (config is not null && tokenizer is not null && tokenizer.VocabularySize != config.VocabularySize)
        {
            problems.Add(
                $"{TokenizerName}: has {tokenizer.VocabularySize} tokens, " +
                $"but vocabulary_size in {ConfigName} is {config.VocabularySize}");
        }

        Attempt(WeightsName, problems, () => (sha256, bytes) = CheckWeights(path, config, problems));
        if (File.Exists(System.IO.Path.Combine(path, CardName)))
        {
            Attempt(CardName, problems, () => card = Encoding.UTF8.GetString(ModelFolderFiles.ReadSmall(path, CardName)));
        }

        if (withPrecision && File.Exists(System.IO.Path.Combine(path, PrecisionName)))
        {
            Attempt(PrecisionName, problems, () => precision = ReadPrecision(path, sha256, problems));
        }

        return problems.Count == 0
            ? new()
            {
                Path = path,
                Config = config!,
                Tokenizer = tokenizer!,
                WeightsSha256 = sha256!,
                WeightsBytes = bytes,
                Card = card,
                PrecisionReport = precision,
            }
            : throw Failure(path, problems);
    }

    /// <summary>Every parameter by its name in <see cref="ModelConfig.ParameterShapes"/>, row by row.</summary>
    /// <exception cref="ModelFolderException">
    /// The file is not the one that was opened: <see cref="WeightsSha256"/> must be that of the weights handed out.
    /// </exception>
    public IReadOnlyDictionary<string, float[]> ReadWeights()
    {
        var problems = new ProblemList();
        Dictionary<string, float[]>? weights = null;
        Attempt(WeightsName, problems, () =>
        {
            using var stream = ModelFolderFiles.OpenRead(Path, WeightsName);
            var sha256 = Sha256(stream);
            if (sha256 != WeightsSha256)
            {
                problems.Add(
                    $"{WeightsName}: changed since the folder was opened: SHA-256 was {WeightsSha256}, is {sha256}");
                return;
            }

            using var reader = SafeTensorsReader.Open(stream, WeightsName);
            weights = Config.ParameterShapes.ToDictionary(p => p.Name, p => reader.ReadFloats(p.Name));
        });
        return weights ?? throw Failure(Path, problems);
    }

    /// <summary>
    /// Writes all files, each atomically; the folder is made where it is missing. A <c>precision.json</c> is removed: it
    /// was measured for the weights that were here.
    /// </summary>
    /// <exception cref="ArgumentException">The parts do not fit together; nothing was written.</exception>
    public static void Save(
        string path, ModelConfig config, Tokenizer tokenizer, IReadOnlyDictionary<string, float[]> weights, string card)
    {
        CheckParts(config, tokenizer, weights);
        var tensors = config.ParameterShapes.Select(p => TensorData.Floats(p.Name, p.Shape, weights[p.Name])).ToList();
        string File(string name) => System.IO.Path.Combine(path, name);

        Directory.CreateDirectory(path);
        System.IO.File.Delete(File(PrecisionName));
        AtomicFile.Write(File(ConfigName), stream => ConfigFile.Write(stream, config));
        AtomicFile.Replace(File(TokenizerName), temporary => TokenizerFile.Save(tokenizer, temporary));
        AtomicFile.Write(File(CardName), stream => stream.Write(Encoding.UTF8.GetBytes(card)));
        // Last: a new folder that has weights is whole.
        SafeTensorsWriter.Write(File(WeightsName), tensors, SafeTensorsWriter.PyTorchMetadata);
    }

    /// <summary>Replaces <c>precision.json</c>.</summary>
    /// <exception cref="ArgumentException">It makes no sense, or was measured for other weights; nothing was written.</exception>
    public void SavePrecision(PrecisionReport report)
    {
        var problems = new ProblemList();
        foreach (var problem in report.Problems())
        {
            problems.Add(problem);
        }

        if (report.WeightsSha256 != WeightsSha256)
        {
            problems.Add($"it was measured for weights with SHA-256 {report.WeightsSha256}, these have {WeightsSha256}");
        }

        if (problems.Count > 0)
        {
            throw new ArgumentException(problems.Describe("This precision report cannot be kept"));
        }

        AtomicFile.Write(System.IO.Path.Combine(Path, PrecisionName), stream => PrecisionFile.Write(stream, report));
    }

    /// <summary>Replaces the model card.</summary>
    public void SaveCard(string card) =>
        AtomicFile.Write(System.IO.Path.Combine(Path, CardName), stream => stream.Write(Encoding.UTF8.GetBytes(card)));

    private static ModelConfig? ReadConfig(string path, ProblemList problems)
    {
        var found = new ProblemList();
        var config = ConfigFile.Read(ModelFolderFiles.ReadSmall(path, ConfigName), found);
        problems.AddAll(ConfigName, found);
        return config;
    }

    private static Tokenizer? ReadTokenizer(string path, ProblemList problems)
    {
        ModelFolderFiles.CheckPresent(path, TokenizerName);
        try
        {
            return TokenizerFile.Load(System.IO.Path.Combine(path, TokenizerName));
        }
        catch (InvalidDataException e)
        {
            // Names the file itself.
            problems.Add(e.Message);
            return null;
        }
    }

    /// <summary>A report on other weights is refused rather than passed over: someone believes in it.</summary>
    private static PrecisionReport? ReadPrecision(string path, string? weightsSha256, ProblemList problems)
    {
        var found = new ProblemList();
        var report = PrecisionFile.Read(ModelFolderFiles.ReadSmall(path, PrecisionName), found);
        if (report is not null && weightsSha256 is not null && report.WeightsSha256 != weightsSha256)
        {
            found.Add(
                $"measured for other weights, with SHA-256 {report.WeightsSha256}; these have {weightsSha256}: "
                + "run lm quantize again, or delete the file");
        }

        problems.AddAll(PrecisionName, found);
        return report;
    }

    /// <summary>Hash and size of the file. Without a configuration, only the file itself is checked.</summary>
    private static (string Sha256, long Bytes) CheckWeights(string path, ModelConfig? config, ProblemList problems)
    {
        using var stream = ModelFolderFiles.OpenRead(path, WeightsName);
        using var reader = SafeTensorsReader.Open(stream, WeightsName);
        if (config is not null)
        {
            var found = new ProblemList();
            // PyTorch's state_dict names a tied matrix twice.
            (string, string)? duplicate = config.TieWeights ? ("fc.weight", "embedding.weight") : null;
            ParameterCheck.Check(reader, config.ParameterShapes, duplicate, found);
            problems.AddAll(WeightsName, found);
        }

        return (Sha256(stream), stream.Length);
    }

    private static string Sha256(Stream stream)
    {
        stream.Position = 0;
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    private static void CheckParts(ModelConfig config, Tokenizer tokenizer, IReadOnlyDictionary<string, float[]> weights)
    {
        var problems = new ProblemList();
        foreach (var problem in config.Problems())
        {
            problems.Add(problem);
        }

        if (tokenizer.VocabularySize != config.VocabularySize)
        {
            problems.Add($"the tokenizer has {tokenizer.VocabularySize} tokens, vocabulary_size is {config.VocabularySize}");
        }

        if (problems.Count == 0)
        {
            var shapes = config.ParameterShapes.ToDictionary(p => p.Name, p => p.Shape);
            foreach (var (name, shape) in shapes)
            {
                var count = shape.Aggregate(1L, (n, d) => n * d);
                var found = weights.TryGetValue(name, out var values) ? $"{values.LongLength} numbers" : "none";
                if (values?.LongLength != count)
                {
                    problems.Add($"{name}: expected {TensorInfo.Show(shape)}, {count} numbers, given {found}");
                }
            }

            foreach (var name in weights.Keys.Where(name => !shapes.ContainsKey(name)))
            {
                problems.Add($"{name}: not a parameter of this configuration");
            }
        }

        if (problems.Count > 0)
        {
            throw new ArgumentException(problems.Describe("These parts make no model"));
        }
    }

    /// <summary>Turns whatever is wrong with one file into a problem, so that the others are still looked at.</summary>
    private static void Attempt(string file, ProblemList problems, Action action)
    {
        try
        {
            action();
        }
        catch (SafeTensorsException e)
        {
            problems.AddAll(file, e.Problems);
        }
        catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            problems.Add($"{file}: {e.Message}");
        }
    }

    private static ModelFolderException Failure(string path, ProblemList problems) =>
        new(problems.Describe($"Model folder {path} cannot be used"));
}
