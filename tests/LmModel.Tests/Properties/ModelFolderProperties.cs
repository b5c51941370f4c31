using System.Text;
using System.Text.Json;
using CsCheck;
using LmModel.Checkpoints;
using LmModel.Corpora;
using LmModel.Guard.Making;
using LmModel.Networks;
using LmModel.Quantization;
using LmModel.Tests.Units;
using LmModel.Tokenization;

namespace LmModel.Tests.Properties;

/// <summary>
/// A model folder is whatever someone downloaded: it opens or is refused in words, at a bounded cost.
/// </summary>
public sealed class ModelFolderProperties : IDisposable
{
    /// <summary>
    /// Far below what a hostile number could ask for; above what refusing a folder of this size and telling why takes.
    /// </summary>
    private const long MostBytes = 16 << 20;

    private const int LongestLine = 4000;

    private static readonly string[] Files =
    [
        "config.json", "tokenizer.json", "precision.json", "units.json", "audit.json", "verbatim.filter",
        "generation_config.json", "chat_template.txt", "model.safetensors",
    ];

    private static readonly IReadOnlyList<Dictionary<string, byte[]>> Folders = [.. Tokenizers().Select(Saved)];

    private static readonly Gen<Folder> Mutated = Gen.Select(Gen.Int[0, Folders.Count - 1], Gen.OneOf(Files))
        .SelectMany((folder, file) =>
            Content(Folders[folder][file], file).Select(content => new Folder(folder, file, content)));

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public Task A_changed_folder_opens_or_is_refused_with_a_clear_message() => Property.Holds(Mutated, 3000, mutated =>
    {
        foreach (var (name, content) in Folders[mutated.Of])
        {
            File.WriteAllBytes(_folder[name], name == mutated.File ? mutated.Content : content);
        }

        if (mutated.File == "model.safetensors")
        {
            // They name the hash of other weights, so nothing else would be looked at.
            File.Delete(_folder["precision.json"]);
            File.Delete(_folder["units.json"]);
            File.Delete(_folder["audit.json"]);
            File.Delete(_folder["verbatim.filter"]);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            ModelFolder.Open(_folder.Path).ReadWeights();
        }
        catch (ModelFolderException exception)
        {
            AssertReadable(exception.Message);
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MostBytes);
    });

    public void Dispose() => _folder.Dispose();

    /// <summary>A heading, then a line a problem: nothing in a file forges a line, or writes to a terminal.</summary>
    private static void AssertReadable(string message)
    {
        var lines = message.Split('\n');
        Assert.All(lines, line => Assert.InRange(line.Length, 1, LongestLine));
        Assert.All(lines.Skip(1), line => Assert.StartsWith("- ", line, StringComparison.Ordinal));
        Assert.DoesNotContain(lines, line => line.Any(char.IsControl));
    }

    private static Gen<byte[]> Content(byte[] file, string name) => name.EndsWith(".json", StringComparison.Ordinal)
        ? Gen.OneOf<byte[]>(
            RandomInputs.Edits(file),
            RandomInputs.JsonEdits(Encoding.UTF8.GetString(file)).Select(Encoding.UTF8.GetBytes),
            RandomInputs.Json.Select(Encoding.UTF8.GetBytes))
        : name is "verbatim.filter" or "chat_template.txt"
            ? Gen.OneOf<byte[]>(RandomInputs.Edits(file), Gen.Byte.Array[0, 300])
            : Gen.OneOf<byte[]>(RandomInputs.Edits(file), Gen.Byte.Array[0, 300], Headers(file));

    /// <summary>The file's own data behind a header whose JSON was changed, and which says its true length.</summary>
    private static Gen<byte[]> Headers(byte[] file)
    {
        var length = (int)BitConverter.ToUInt64(file);
        var header = Encoding.UTF8.GetString(file, sizeof(ulong), length);
        return RandomInputs.JsonEdits(header).Select(Encoding.UTF8.GetBytes).Select(
            json => (byte[])
                [.. BitConverter.GetBytes((ulong)json.Length), .. json, .. file[(sizeof(ulong) + length)..]]);
    }

    private static IEnumerable<Tokenizer> Tokenizers()
    {
        const string text = "the cat sat on the mat, and the dog: é 😀\n";
        yield return CharacterTokenizer.FromCorpus(text);
        yield return new ByteTokenizer();
        yield return BpeTokenizer.Train(text, 270);
        yield return WordTokenizer.FromCorpus(text, 8);
    }

    private static Dictionary<string, byte[]> Saved(Tokenizer tokenizer, int number)
    {
        var config = new ModelConfig
        {
            Cell = Enum.GetValues<Cell>()[number],
            VocabularySize = tokenizer.VocabularySize,
            EmbeddingSize = 4,
            HiddenSize = 4,
            Layers = 1 + (number % 2),
            TieWeights = number == 1,
        };
        var weights = config.ParameterShapes.ToDictionary(
            p => p.Name,
            p => Enumerable.Range(0, (int)p.Shape.Aggregate(1L, (n, d) => n * d)).Select(i => MathF.Sin(i)).ToArray());
        using var folder = new TemporaryFolder();
        ModelFolder.Save(folder.Path, tokenizer, NetworkWeights.Of(config, weights), "# A card\n");
        var saved = ModelFolder.Open(folder.Path);
        saved.SavePrecision(Report(saved.WeightsSha256));
        saved.SaveUnits(UnitFileTests.Report with { WeightsSha256 = saved.WeightsSha256 });
        saved.SaveAudit(SampleAudit.Report with { WeightsSha256 = saved.WeightsSha256 });
        GuardRecord.Save(
            saved, [Corpus.FromText("text", "the cat sat on the mat").Text], least: 4, CancellationToken.None);
        saved.SaveDefaults(new() { Sampling = new() { MinP = 0.05f }, MaxTokens = 9, Stop = ["\n\n"] });
        File.WriteAllText(folder["chat_template.txt"], "[user]\nQ: {{content}}\n\n[reply]\nA:\n");
        return Files.ToDictionary(name => name, name => File.ReadAllBytes(folder[name]));
    }

    private static PrecisionReport Report(string weightsSha256) => new()
    {
        Default = Precision.Int8,
        Tolerance = 0.01,
        WeightsSha256 = weightsSha256,
        Text = "text.txt",
        TextSha256 = new string('0', 64),
        TextShare = 0.5,
        Protocol = PrecisionReport.Cold,
        Window = 256,
        Tokens = 10,
        Figures =
        [
            new() { Precision = Precision.Fp32, NatsPerToken = 1, BytesPerToken = 4 },
            new() { Precision = Precision.Int8, NatsPerToken = 1, BytesPerToken = 1 },
        ],
    };

    /// <param name="Of">Which of the folders.</param>
    /// <param name="File">Which of its files is another.</param>
    /// <param name="Content">What that file has.</param>
    private sealed record Folder(int Of, string File, byte[] Content)
    {
        public override string ToString() =>
            $"{File} of folder {Of}: {JsonSerializer.Serialize(Encoding.Latin1.GetString(Content))}";
    }
}
