using LmModel.Checkpoints;
using LmModel.Guard;
using LmModel.Networks;
using LmModel.Tokenization;

namespace LmApi.Tests.Support;

/// <summary>A small model folder with random but always the same weights.</summary>
internal static class TestModel
{
    public const string Name = "alphabet";

    public const string Card = "# alphabet\n\nRandom weights; knows nothing.\n";

    /// <summary>One to four bytes per character; "z" comes before the first line break.</summary>
    private const string Characters = " !,.abcdefghijklmnopqrstuvwxyzé€😀\n";

    public static Tokenizer Tokenizer { get; } = new CharacterTokenizer([.. Characters.EnumerateRunes()]);

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
