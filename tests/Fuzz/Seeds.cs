using LmModel.Audits;
using LmModel.Checkpoints;
using LmModel.Guard;
using LmModel.Keys;
using LmModel.Networks;
using LmModel.Quantization;
using LmModel.Sampling;
using LmModel.Tokenization;
using LmModel.Units;
using LmService.Tests;

namespace Fuzz;

/// <summary>Small valid files to begin with: what the program itself writes.</summary>
internal static class Seeds
{
    private static readonly FoundUnit Quotes = new()
    {
        Feature = "quotes",
        Meaning = "inside of double quotes",
        Layer = 0,
        Unit = 3,
        Sign = 1,
        Auc = 0.9,
        Share = 0.2,
        PValue = 1e-9,
    };

    public static void Write(string folder)
    {
        const string text = "the cat sat on the mat: é\n";
        Add("safetensors", "two", stream => SafeTensorsWriter.Write(
            stream,
            [TensorData.Floats("a", [2], [1, 2]), TensorData.Int64s("b", [1, 1], [3])],
            SafeTensorsWriter.PyTorchMetadata));
        Add("config", "lstm", stream => ConfigFile.Write(
            stream, new ModelConfig { Cell = Cell.Lstm, VocabularySize = 9, EmbeddingSize = 4, HiddenSize = 4 }));
        Add("precision", "cold", stream => PrecisionFile.Write(stream, new PrecisionReport
        {
            Default = Precision.Fp32,
            Tolerance = 0.01,
            WeightsSha256 = new string('0', 64),
            Text = "text.txt",
            TextSha256 = new string('a', 64),
            TextShare = 0.5,
            Protocol = PrecisionReport.Cold,
            Window = 256,
            Tokens = 10,
            Figures = [new() { Precision = Precision.Fp32, NatsPerToken = 1.5, BytesPerToken = 100 }],
        }));
        Add("keys", "one", stream => KeyFile.Write(stream,
        [
            new()
            {
                Name = "alice",
                Sha256 = new string('0', 64),
                Created = DateTimeOffset.UnixEpoch,
                Expires = DateTimeOffset.UnixEpoch,
                RequestsPerMinute = 60,
                TokensPerMinute = 20_000,
            },
        ]));
        Add("units", "quotes", stream => UnitFile.Write(stream, new UnitReport
        {
            WeightsSha256 = new string('0', 64),
            Text = "text.txt",
            TextSha256 = new string('a', 64),
            TextShare = 0.5,
            HeldOut = ["text.txt"],
            Tokens = 40000,
            Features = ["quotes"],
            Tried = 4,
            Control = 0,
            Units = [Quotes],
        }));
        Add("audit", "figure", stream => AuditFile.Write(stream, SampleAudit.Report));
        Add("generation", "all", stream => GenerationConfigFile.Write(stream, new GenerationDefaults
        {
            Sampling = new() { MinP = 0.05f, RepetitionPenalty = 1.1f },
            MaxTokens = 300,
            Stop = ["\n\n", "END"],
        }));
        Add("chat", "dialogue", stream => stream.Write(
            "[begin]\nA talk.\n[user]\nQ: {{content}}\n\n[assistant]\nA: {{content}}\n\n[reply]\nA:\n"u8));
        var builder = new VerbatimFilterBuilder(least: 4, tokens: 5);
        builder.Add([1, 2, 3, 4, 5]);
        Add("guard", "five", stream => VerbatimFilterFile.Write(stream, builder.Build(new string('0', 64))));
        foreach (var tokenizer in (Tokenizer[])
            [
                new ByteTokenizer(), CharacterTokenizer.FromCorpus(text), WordTokenizer.FromCorpus(text, 8),
            ])
        {
            byte[] file = [.. TokenizerWriter.Write(tokenizer), 0, .. "the mat"u8];
            Add("tokenizer", tokenizer.Kind, stream => stream.Write(file));
        }

        void Add(string target, string name, Action<Stream> write)
        {
            var seeds = Directory.CreateDirectory(Path.Combine(folder, target));
            using var stream = File.Create(Path.Combine(seeds.FullName, name));
            write(stream);
        }
    }
}
