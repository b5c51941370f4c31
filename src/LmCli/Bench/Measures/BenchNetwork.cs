using System.Text;
using LmModel.Checkpoints;
using LmModel.Inference.Managed;
using LmModel.Networks;
using LmModel.Quantization;
using LmModel.Tokenization;

namespace LmCli.Bench.Measures;

/// <summary>What is measured: the same network for the engine, in its precision, and for every peer.</summary>
internal sealed record BenchNetwork(
    string Name,
    NetworkWeights Weights,
    Tokenizer Tokenizer,
    Precision Precision)
{
    private const int Seed = 1;

    public ModelConfig Config => Weights.Config;

    public static BenchNetwork Open(string path)
    {
        var folder = ModelFolder.Open(path);
        return new BenchNetwork(
            folder.Path,
            folder.ReadWeights(),
            folder.Tokenizer,
            folder.DefaultPrecision);
    }

    /// <summary>A network of random weights, E = H, always the same for the same sizes.</summary>
    /// <remarks>
    /// Weights as PyTorch begins with: uniform(−1/√H, 1/√H), embeddings of variance 1. The time of a step does not
    /// depend on their values; the test that two implementations agree does, since near zero any gate order looks
    /// right.
    /// </remarks>
    /// <exception cref="ArgumentException">The sizes do not make a valid network.</exception>
    public static BenchNetwork Random(Cell cell, int hidden, int layers, int vocabulary)
    {
        var config = new ModelConfig
        {
            Cell = cell,
            VocabularySize = vocabulary,
            EmbeddingSize = hidden,
            HiddenSize = hidden,
            Layers = layers,
        };
        var problems = config.Problems().ToList();
        if (problems.Count > 0)
        {
            throw new ArgumentException($"This network cannot be made: {string.Join("; ", problems)}.");
        }

        var random = new Random(Seed);
        var weights = config.ParameterShapes.ToDictionary(
            p => p.Name,
            p => Uniform(
                random, (int)p.Shape.Aggregate(1L, (n, d) => n * d),
                p.Name == ParameterNames.Embedding ? MathF.Sqrt(3) : 1 / MathF.Sqrt(hidden)));
        // What the shipped models are served in; random weights have no loss to choose by.
        return new BenchNetwork(
            "Random weights", NetworkWeights.Of(config, weights), Letters(vocabulary), Precision.Int8);
    }

    public void Save(string folder) =>
        ModelFolder.Save(folder, Tokenizer, Weights, "# bench\n\nRandom weights, for measuring.\n");

    public ManagedStepModel Open(Precision precision, int threads) => new(Weights, precision, threads);

    /// <summary>Prompts that differ, of whatever tokens there are.</summary>
    public int[] Prompt(int length, int seed)
    {
        var random = new Random(seed);
        var prompt = new int[length];
        for (var i = 0; i < length; i++)
        {
            prompt[i] = random.Next(Config.VocabularySize);
        }

        return prompt;
    }

    private static float[] Uniform(Random random, int count, float bound)
    {
        var values = new float[count];
        for (var i = 0; i < count; i++)
        {
            values[i] = ((random.NextSingle() * 2) - 1) * bound;
        }

        return values;
    }

    /// <summary>As many characters as there are tokens, from U+0020 on; surrogates are none.</summary>
    private static CharacterTokenizer Letters(int count) =>
        new([.. Enumerable.Range(' ', count).Select(i => new Rune(i < 0xD800 ? i : i + 0x800))]);
}
