using System.Security.Cryptography;
using System.Text;
using LmModel.Files;
using LmModel.Networks;
using LmModel.Quantization;
using LmModel.Tokenization;
using LmModel.Units;

namespace LmModel.Checkpoints;

/// <summary>
/// A model on disk: <c>config.json</c>, <c>tokenizer.json</c>, <c>model.safetensors</c>, <c>precision.json</c>,
/// <c>units.json</c>, <c>README.md</c>.
/// </summary>
internal sealed class ModelFolder
{
    /// <summary>Name of the file with the weights.</summary>
    public const string WeightsName = "model.safetensors";

    /// <summary>
    /// Maximum size of <c>config.json</c>, <c>precision.json</c>, <c>units.json</c> or <c>README.md</c> in bytes; real
    /// files have a few thousand.
    /// </summary>
    internal const int MaxSmallLength = 1 << 20;

    private const string ConfigName = "config.json";
    private const string TokenizerName = "tokenizer.json";
    private const string CardName = "README.md";

    private static readonly ReportFile<PrecisionReport> PrecisionFiles =
        new("precision.json", "precision report", "lm quantize", PrecisionFile.Read, PrecisionFile.Write);

    private static readonly ReportFile<UnitReport> UnitFiles =
        new("units.json", "report on units", "lm units", UnitFile.Read, UnitFile.Write);

    public required string Path { get; init; }

    public required ModelConfig Config { get; init; }

    public required Tokenizer Tokenizer { get; init; }

    /// <summary>SHA-256 of <c>model.safetensors</c>, lower-case hexadecimal.</summary>
    public required string WeightsSha256 { get; init; }

    /// <summary>Size of <c>model.safetensors</c>.</summary>
    public required long WeightsBytes { get; init; }

    /// <summary>The model card in Markdown; null if the folder has none.</summary>
    public string? Card { get; init; }

    /// <summary>How much the loss of these weights increases in each precision; null if that was not
    /// measured.</summary>
    public PrecisionReport? PrecisionReport { get; init; }

    /// <summary>Which units follow something nameable; null if that was not looked for.</summary>
    public UnitReport? Units { get; init; }

    /// <summary>The precision to serve the model in if none is requested; fp32 if nothing was measured.</summary>
    public Precision DefaultPrecision => PrecisionReport?.Default ?? Precision.Fp32;

    /// <summary>Checks everything, but allocates no memory for the weights and does not use libtorch.</summary>
    /// <exception cref="ModelFolderException">Something is missing, broken or does not fit; the message lists every
    /// problem.</exception>
    public static ModelFolder Open(string path) => Open(path, withReports: true);

    /// <summary>
    /// Like <see cref="Open(string)"/>, but ignores <c>precision.json</c> and <c>units.json</c>, so that they can be
    /// measured again.
    /// </summary>
    /// <exception cref="ModelFolderException">Something else is missing, broken or does not fit.</exception>
    public static ModelFolder OpenUnmeasured(string path) => Open(path, withReports: false);

    private static ModelFolder Open(string path, bool withReports)
    {
        var problems = new ProblemList();
        if (FolderHints.OfPath(path) is { } notAFolder)
        {
            problems.Add(notAFolder);
            throw Failure(path, problems);
        }

        ModelConfig? config = null;
        Tokenizer? tokenizer = null;
        string? sha256 = null, card = null;
        PrecisionReport? precision = null;
        UnitReport? units = null;
        var bytes = 0L;
        string File(string name) => System.IO.Path.Combine(path, name);

        problems.Attempt(ConfigName, () => config = ReadConfig(File(ConfigName), problems));
        problems.Attempt(
            TokenizerName,
            () => tokenizer = TokenizerReader.Read(FolderFile.Read(File(TokenizerName), TokenizerFile.MaxBytes)));
        if (config is not null && tokenizer is not null && tokenizer.VocabularySize != config.VocabularySize)
        {
            problems.Add(
                $"{TokenizerName}: has {tokenizer.VocabularySize} tokens, " +
                $"but vocabulary_size in {ConfigName} is {config.VocabularySize}");
        }

        var before = problems.Count;
        problems.Attempt(WeightsName, () => (sha256, bytes) = CheckWeights(File(WeightsName), config, problems));
        if (FolderFile.Exists(File(CardName)))
        {
            problems.Attempt(CardName, () => card = ReadCard(File(CardName)));
        }

        if (withReports)
        {
            // If the weights have to be replaced anyway, the reports do not need to match them.
            var measured = problems.Count == before ? sha256 : null;
            precision = PrecisionFiles.Read(path, measured, problems);
            units = UnitFiles.Read(path, measured, problems);
            foreach (var missing in (config is null ? null : units?.Missing(config.Layers, config.HiddenSize)) ?? [])
            {
                problems.Add($"{UnitFiles.Name}: {missing}");
            }
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
                Units = units,
            }
            : throw Failure(path, problems);
    }

    /// <summary>Reads the weights.</summary>
    /// <exception cref="ModelFolderException">
    /// The file is not the one that was opened: the weights returned must have the hash <see cref="WeightsSha256"/>.
    /// </exception>
    public NetworkWeights ReadWeights()
    {
        var problems = new ProblemList();
        NetworkWeights? weights = null;
        problems.Attempt(WeightsName, () =>
        {
            using var stream = FolderFile.Open(System.IO.Path.Combine(Path, WeightsName));
            var sha256 = Sha256(stream);
            if (sha256 != WeightsSha256)
            {
                problems.Add(
                    $"{WeightsName}: changed since the folder was opened: SHA-256 was {WeightsSha256}, is {sha256}");
                return;
            }

            using var reader = SafeTensorsReader.Open(stream, WeightsName);
            weights = NetworkWeights.Of(Config, Config.ParameterShapes.ToDictionary(
                p => p.Name, p => reader.ReadFloats(ParameterCheck.StoredName(reader, Config, p.Name))));
        });
        return weights ?? throw Failure(Path, problems);
    }

    /// <summary>
    /// Writes all files, each of them atomically, and creates the folder if it does not exist. An existing
    /// <c>precision.json</c> or <c>units.json</c> is removed, because it was measured for the previous weights.
    /// </summary>
    /// <exception cref="ArgumentException">
    /// The vocabulary of the tokenizer does not match the weights; nothing was written.
    /// </exception>
    public static void Save(string path, Tokenizer tokenizer, NetworkWeights weights, string card)
    {
        var config = weights.Config;
        if (tokenizer.VocabularySize != config.VocabularySize)
        {
            throw new ArgumentException(
                $"The tokenizer has {tokenizer.VocabularySize} tokens, vocabulary_size is {config.VocabularySize}.",
                nameof(tokenizer));
        }

        var tensors = weights.Named.Select(p => TensorData.Floats(p.Name, p.Shape, p.Values)).ToList();
        string File(string name) => System.IO.Path.Combine(path, name);

        Directory.CreateDirectory(path);
        PrecisionFiles.Delete(path);
        UnitFiles.Delete(path);
        AtomicFile.Write(File(ConfigName), stream => ConfigFile.Write(stream, config));
        AtomicFile.Replace(File(TokenizerName), temporary => TokenizerFile.Save(tokenizer, temporary));
        AtomicFile.Write(File(CardName), stream => stream.Write(Encoding.UTF8.GetBytes(card)));
        // Written last, so that a new folder that has weights is complete.
        SafeTensorsWriter.Write(File(WeightsName), tensors, SafeTensorsWriter.PyTorchMetadata);
    }

    /// <summary>Replaces <c>precision.json</c>.</summary>
    /// <exception cref="ArgumentException">The report is invalid, or was measured for other weights; nothing was
    /// written.</exception>
    public void SavePrecision(PrecisionReport report) => PrecisionFiles.Write(Path, WeightsSha256, report);

    /// <summary>Replaces <c>units.json</c>.</summary>
    /// <exception cref="ArgumentException">The report is invalid, or was measured for other weights; nothing was
    /// written.</exception>
    public void SaveUnits(UnitReport report) => UnitFiles.Write(Path, WeightsSha256, report);

    /// <summary>Replaces the model card.</summary>
    public void SaveCard(string card) =>
        AtomicFile.Write(System.IO.Path.Combine(Path, CardName), stream => stream.Write(Encoding.UTF8.GetBytes(card)));

    private static ModelConfig? ReadConfig(string path, ProblemList problems)
    {
        var found = new ProblemList();
        var config = ConfigFile.Read(FolderFile.Read(path, MaxSmallLength), found);
        problems.AddAll(ConfigName, found);
        return config;
    }

    /// <summary>Reads the card in the encoding that its byte order mark indicates; UTF-8 without one.</summary>
    private static string ReadCard(string path)
    {
        using var reader = new StreamReader(new MemoryStream(FolderFile.Read(path, MaxSmallLength)), Encoding.UTF8);
        return reader.ReadToEnd();
    }

    /// <summary>Hash and size of the file. Without a configuration, only the file itself is checked.</summary>
    private static (string Sha256, long Bytes) CheckWeights(string path, ModelConfig? config, ProblemList problems)
    {
        if (!FolderFile.Exists(path)
            && FolderHints.OfMissingWeights(System.IO.Path.GetDirectoryName(path)!) is { } hint)
        {
            throw new FileNotFoundException($"missing; {hint}");
        }

        using var stream = FolderFile.Open(path);
        using var reader = SafeTensorsReader.Open(stream, WeightsName);
        if (config is not null)
        {
            var found = new ProblemList();
            ParameterCheck.Check(reader, config, found);
            problems.AddAll(WeightsName, found);
        }

        return (Sha256(stream), stream.Length);
    }

    private static string Sha256(Stream stream)
    {
        stream.Position = 0;
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    private static ModelFolderException Failure(string path, ProblemList problems) =>
        new(problems.Describe($"Model folder {path} cannot be used"));
}
