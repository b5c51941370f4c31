using LmModel.Checkpoints;
using LmModel.Guard;
using LmModel.Networks;
using LmModel.Tokenization;
using LmModel.Units;

namespace LmApi.Tests.Support;

/// <summary>A small model folder with random but always the same weights.</summary>
internal static class TestModel
{
    public const string Name = "alphabet";

    public const string Card = "# alphabet\n\nRandom weights; knows nothing.\n";

    /// <summary>One to four bytes per character; "z" comes before the first line break.</summary>
    private const string Characters = " !,.abcdefghijklmnopqrstuvwxyzé€😀\n";

    public static Tokenizer Tokenizer { get; } = new CharacterTokenizer([.. Characters.EnumerateRunes()]);

    /// <summary>As if a search had found it.</summary>
    public static FoundUnit Comma { get; } = new()
    {
        Feature = "after:,",
        Meaning = "directly after \",\"",
        Layer = 0,
        Unit = 3,
        Sign = -1,
        Auc = 0.9,
        Share = 0.02,
        PValue = 1e-6,
    };

    /// <summary>Writes the folder below a new temporary one and returns its path.</summary>
    public static string Save(Tokenizer tokenizer)
    {
        var config = new ModelConfig
        {
            Cell = Cell.Gru,
            VocabularySize = tokenizer.VocabularySize,
            EmbeddingSize = 8,
            HiddenSize = 16,
        };
        var path = Path.Combine(Directory.CreateTempSubdirectory("lm-api-").FullName, Name);
        ModelFolder.Save(path, tokenizer, NetworkWeights.Of(config, Weights(config)), Card);
        var folder = ModelFolder.Open(path);
        folder.SaveUnits(new()
        {
            WeightsSha256 = folder.WeightsSha256,
            Text = "text.txt",
            TextSha256 = new string('0', 64),
            TextShare = 1,
            Tokens = 40_000,
            Features = [Comma.Feature],
            Tried = 16,
            Control = 0,
            Units = [Comma],
        });
        folder.SaveGuard(InOrder(tokenizer.VocabularySize, folder.WeightsSha256));
        return path;
    }

    /// <summary>The runs of 5 tokens of a text that has every token once, in the order of their ids.</summary>
    private static VerbatimFilter InOrder(int vocabularySize, string weightsSha256)
    {
        var builder = new VerbatimFilterBuilder(least: 5, vocabularySize);
        builder.Add([.. Enumerable.Range(0, vocabularySize)]);
        return builder.Build(weightsSha256);
    }

    private static Dictionary<string, float[]> Weights(ModelConfig config)
    {
        var random = new Random(1);
        return config.ParameterShapes.ToDictionary(
            p => p.Name,
            p => Enumerable.Range(0, (int)p.Shape.Aggregate(1L, (n, d) => n * d))
                .Select(_ => (float)((random.NextDouble() - 0.5) * 2))
                .ToArray());
    }
}
