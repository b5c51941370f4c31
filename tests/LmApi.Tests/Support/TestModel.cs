using LmModel.Checkpoints;
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
        return path;
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
