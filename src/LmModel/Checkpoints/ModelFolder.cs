using System.Security.Cryptography;
using System.Text;
using LmModel.Audits;
using LmModel.Chat;
using LmModel.Files;
using LmModel.Guard;
using LmModel.Networks;
using LmModel.Quantization;
using LmModel.Sampling;
using LmModel.Tokenization;
using LmModel.Units;

namespace LmModel.Checkpoints;

/// <summary>
/// A model on disk: <c>config.json</c>, <c>tokenizer.json</c>, <c>model.safetensors</c>, <c>precision.json</c>,
/// <c>units.json</c>, <c>audit.json</c>, <c>verbatim.filter</c>, <c>generation_config.json</c>,
/// <c>chat_template.txt</c>, <c>README.md</c>.
/// </summary>
internal sealed partial class ModelFolder
{
    /// <summary>Name of the file with the weights.</summary>
    public const string WeightsName = "model.safetensors";

    /// <summary>
    /// Maximum size in bytes of each file but the tokenizer, the weights and the guard's filter; real files have a few
    /// thousand.
    /// </summary>
    internal const int MaxSmallLength = 1 << 20;

    private const string ConfigName = "config.json";
    private const string TokenizerName = "tokenizer.json";
    private const string CardName = "README.md";
    private const string GuardName = "verbatim.filter";
    private const string DefaultsName = "generation_config.json";
    private const string TemplateName = "chat_template.txt";

    private static readonly ReportFile<PrecisionReport> PrecisionFiles =
        new("precision.json", "precision report", "lm quantize", PrecisionFile.Read, PrecisionFile.Write);

    private static readonly ReportFile<UnitReport> UnitFiles =
        new("units.json", "report on units", "lm units", UnitFile.Read, UnitFile.Write);

    private static readonly ReportFile<AuditReport> AuditFiles =
        new("audit.json", "audit", "lm audit", AuditFile.Read, AuditFile.Write);

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

    /// <summary>What an audit measured; null if there was none.</summary>
    public AuditReport? Audit { get; init; }

    /// <summary>The runs of tokens of the training text; null if nobody recorded them.</summary>
    public VerbatimFilter? Guard { get; init; }

    /// <summary>What requests that leave something out get.</summary>
    public GenerationDefaults Defaults { get; init; } = new();

    /// <summary>How a conversation becomes a prompt; null if the folder does not say.</summary>
    public ChatTemplate? ChatTemplate { get; init; }

    /// <summary>The precision to serve the model in if none is requested; fp32 if nothing was measured.</summary>
    public Precision DefaultPrecision => PrecisionReport?.Default ?? Precision.Fp32;

    /// <summary>Checks everything, but allocates no memory for the weights and does not use libtorch.</summary>
    /// <exception cref="ModelFolderException">Something is missing, broken or does not fit; the message lists every
    /// problem.</exception>
    public static ModelFolder Open(string path) =>
        Open(path, withReports: true, withAudit: true, withGuard: true);

    /// <summary>
    /// Like <see cref="Open(string)"/>, but ignores <c>precision.json</c>, <c>units.json</c> and <c>audit.json</c>, so
    /// that they can be measured again.
    /// </summary>
    /// <exception cref="ModelFolderException">Something else is missing, broken or does not fit.</exception>
    public static ModelFolder OpenUnmeasured(string path) =>
        Open(path, withReports: false, withAudit: false, withGuard: true);

    /// <summary>
    /// Like <see cref="Open(string)"/>, but ignores <c>verbatim.filter</c>, so that it can be made again.
    /// </summary>
    /// <exception cref="ModelFolderException">Something else is missing, broken or does not fit.</exception>
    public static ModelFolder OpenUnguarded(string path) =>
        Open(path, withReports: true, withAudit: true, withGuard: false);

    /// <summary>
    /// Like <see cref="Open(string)"/>, but ignores <c>audit.json</c>, so that it can be made again.
    /// </summary>
    /// <exception cref="ModelFolderException">Something else is missing, broken or does not fit.</exception>
    public static ModelFolder OpenUnaudited(string path) =>
        Open(path, withReports: true, withAudit: false, withGuard: true);

    private static ModelFolder Open(string path, bool withReports, bool withAudit, bool withGuard)
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
        AuditReport? audit = null;
        VerbatimFilter? guard = null;
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

        var defaults = ReadOptional(path, DefaultsName, GenerationConfigFile.Read, problems);
        var template = ReadOptional(path, TemplateName, ChatTemplateFile.Read, problems);
        // If the weights have to be replaced anyway, nothing needs to match them.
        var measured = problems.Count == before ? sha256 : null;
        if (withReports)
        {
            precision = PrecisionFiles.Read(path, measured, problems);
            units = UnitFiles.Read(path, measured, problems);
            foreach (var missing in (config is null ? null : units?.Missing(config.Layers, config.HiddenSize)) ?? [])
            {
                problems.Add($"{UnitFiles.Name}: {missing}");
            }
        }

        if (withAudit)
        {
            audit = AuditFiles.Read(path, measured, problems);
        }

        if (withGuard && FolderFile.Exists(File(GuardName)))
        {
            problems.Attempt(GuardName, () => guard = ReadGuard(File(GuardName), measured, problems));
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
                Audit = audit,
                Guard = guard,
                Defaults = defaults ?? new(),
                ChatTemplate = template,
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

    private static ModelConfig? ReadConfig(string path, ProblemList problems)
    {
        var found = new ProblemList();
        var config = ConfigFile.Read(FolderFile.Read(path, MaxSmallLength), found);
        problems.AddAll(ConfigName, found);
        return config;
    }

    private delegate T? OptionalReader<T>(ReadOnlySpan<byte> content, ProblemList problems);

    /// <summary>Null if the file is absent or broken.</summary>
    private static T? ReadOptional<T>(string folder, string name, OptionalReader<T> read, ProblemList problems)
        where T : class
    {
        T? value = null;
        var path = System.IO.Path.Combine(folder, name);
        if (FolderFile.Exists(path))
        {
            problems.Attempt(name, () =>
            {
                var found = new ProblemList();
                value = read(FolderFile.Read(path, MaxSmallLength), found);
                problems.AddAll(name, found);
            });
        }

        return value;
    }

    /// <summary>Reads the card in the encoding that its byte order mark indicates; UTF-8 without one.</summary>
    private static string ReadCard(string path)
    {
        using var reader = new StreamReader(new MemoryStream(FolderFile.Read(path, MaxSmallLength)), Encoding.UTF8);
        return reader.ReadToEnd();
    }

    /// <summary>A filter for other weights holds another text, so whoever relies on it would be mistaken.</summary>
    private static VerbatimFilter? ReadGuard(string path, string? weightsSha256, ProblemList problems)
    {
        var found = new ProblemList();
        var filter = VerbatimFilterFile.Read(FolderFile.Read(path, VerbatimFilterFile.MaxBytes), found);
        if (filter is not null && weightsSha256 is not null && filter.WeightsSha256 != weightsSha256)
        {
            found.Add(
                $"made for other weights, with SHA-256 {filter.WeightsSha256}; these have {weightsSha256}: "
                    + "run lm guard again, or delete the file");
        }

        problems.AddAll(GuardName, found);
        return filter;
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
