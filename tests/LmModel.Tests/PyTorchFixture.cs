using System.Text;
using LmModel.Checkpoints;
using LmModel.Files;
using LmModel.Networks;

namespace LmModel.Tests;

/// <summary>A model made by PyTorch and what PyTorch computes with it; see tests/fixtures/pytorch/README.md.</summary>
internal sealed class PyTorchFixture
{
    public static TheoryData<string> Names { get; } = new("rnn_tanh", "rnn_relu", "gru", "lstm", "reference", "tied");

    public required string Name { get; init; }

    public required ModelConfig Config { get; init; }

    /// <summary>By the names of <see cref="ModelConfig.ParameterShapes"/>, row by row.</summary>
    public required IReadOnlyDictionary<string, float[]> Weights { get; init; }

    /// <summary>The same, as networks take them.</summary>
    public NetworkWeights Network => NetworkWeights.Of(Config, Weights);

    /// <summary>(B, T)</summary>
    public required long[,] Tokens { get; init; }

    /// <summary>(B, T, V) row by row: the logits after each token, from the zero state.</summary>
    public required float[] Logits { get; init; }

    /// <summary>(L, B, H) row by row: the state after the last token.</summary>
    public required float[] H { get; init; }

    /// <summary>As <see cref="H"/>: the cell state of an LSTM; null for the other cells.</summary>
    public float[]? C { get; init; }

    public int Batch => Tokens.GetLength(0);

    public int Time => Tokens.GetLength(1);

    public static PyTorchFixture Load(string name)
    {
        using var model = SafeTensorsReader.Open(WeightsPath(name));
        using var expected = SafeTensorsReader.Open(PathOf($"{name}.expected.safetensors"));
        return new()
        {
            Name = name,
            Config = ReadConfig(expected),
            Weights = model.Tensors.ToDictionary(t => t.Name, t => model.ReadFloats(t.Name)),
            Tokens = Matrix(expected.Find("tokens")!, expected.ReadInt64s("tokens")),
            Logits = expected.ReadFloats("logits"),
            H = expected.ReadFloats("h"),
            C = expected.Find("c") is null ? null : expected.ReadFloats("c"),
        };
    }

    /// <summary>The <c>model.safetensors</c> of a fixture.</summary>
    public static string WeightsPath(string name) => PathOf($"{name}.safetensors");

    /// <summary>The logits after token <paramref name="t"/> of row <paramref name="b"/>, (V).</summary>
    public ReadOnlySpan<float> LogitsAt(int b, int t) =>
        Logits.AsSpan(((b * Time) + t) * Config.VocabularySize, Config.VocabularySize);

    /// <summary>The state after the last token of row <paramref name="b"/>, as <c>RecurrentState</c> has it.</summary>
    public float[] FinalState(int b)
    {
        var h = Config.HiddenSize;
        return
        [
            .. Enumerable.Range(0, Config.Layers).Select(layer => ((layer * Batch) + b) * h)
                .SelectMany(start => H.Skip(start).Take(h).Concat((C ?? []).Skip(start).Take(h))),
        ];
    }

    private static string PathOf(string file) => Path.Combine(AppContext.BaseDirectory, "fixtures", "pytorch", file);

    private static ModelConfig ReadConfig(SafeTensorsReader expected)
    {
        var problems = new ProblemList();
        return ConfigFile.Read(Encoding.UTF8.GetBytes(expected.Metadata["config"]), problems)
            ?? throw new InvalidDataException(problems.Describe("The fixture's configuration"));
    }

    private static long[,] Matrix(TensorInfo tensor, long[] values)
    {
        var matrix = new long[tensor.Shape[0], tensor.Shape[1]];
        Buffer.BlockCopy(values, 0, matrix, 0, Buffer.ByteLength(values));
        return matrix;
    }
}

internal static class NamedWeights
{
    /// <summary>The parameters by their names in PyTorch, to be changed.</summary>
    public static Dictionary<string, float[]> ByName(this NetworkWeights weights) =>
        weights.Named.ToDictionary(p => p.Name, p => p.Values.ToArray());
}
