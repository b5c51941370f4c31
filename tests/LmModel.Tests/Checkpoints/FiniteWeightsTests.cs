using System.Globalization;
using LmModel.Checkpoints;
using LmModel.Files;
using LmModel.Networks;
using LmModel.Tokenization;

namespace LmModel.Tests.Checkpoints;

public sealed class FiniteWeightsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Parameters { get; } =
        [.. PyTorchFixture.Load("gru").Config.ParameterShapes.Select(p => p.Name)];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Parameters))]
    public void A_non_finite_weight_is_reported_in_any_tensor_position_and_type(string name)
    {
        var fixture = PyTorchFixture.Load("gru");
        var shape = fixture.Config.ParameterShapes.Single(p => p.Name == name).Shape;
        var length = fixture.Weights[name].Length;
        foreach (var type in new[] { TensorType.F32, TensorType.F16, TensorType.BF16 })
        {
            foreach (var bad in new[] { float.NaN, float.PositiveInfinity, float.NegativeInfinity })
            {
                foreach (var at in new[] { 0, length / 2, length - 1 })
                {
                    Write(fixture, type, name, at, bad);
                    var place = shape.Length == 1 ? $"[{at}]" : $"[{at / shape[1]}, {at % shape[1]}]";
                    Assert.Equal(
                        [
                            string.Create(
                                CultureInfo.InvariantCulture,
                                $"- model.safetensors: {name}{place} is {bad}; a weight must be a number from "
                                    + $"-3.39e38 to 3.39e38"),
                        ],
                        Problems());
                }
            }
        }
    }

    [Theory]
    [InlineData(3.4e38f)]
    [InlineData(-3.4e38f)]
    public void A_weight_that_is_infinite_in_bf16_is_reported(float huge)
    {
        Write(PyTorchFixture.Load("gru"), TensorType.F32, "fc.bias", 3, huge);
        Assert.Contains("fc.bias[3] is ", Assert.Single(Problems()));
    }

    [Theory]
    [InlineData(3.389e38f)]
    [InlineData(-3.389e38f)]
    [InlineData(1e-45f)]
    [InlineData(-0f)]
    public void All_finite_weights_are_accepted(float value)
    {
        Write(PyTorchFixture.Load("gru"), TensorType.F32, "fc.bias", 3, value);
        Assert.Equal(value, ModelFolder.Open(_folder.Path).ReadWeights().OutputBias[3]);
    }

    [Fact]
    public void Each_tensor_is_reported_with_its_first_non_finite_weight_and_their_count()
    {
        var fixture = PyTorchFixture.Load("gru");
        var weights = fixture.Config.ParameterShapes.ToDictionary(p => p.Name, p => fixture.Weights[p.Name].ToArray());
        weights["embedding.weight"].AsSpan(8).Fill(float.NaN);
        weights["rnn.bias_hh_l1"][5] = float.PositiveInfinity;
        Write(fixture, TensorType.F32, weights);
        Assert.Equal(
            [
                "- model.safetensors: embedding.weight[1, 2] is NaN (the first of 58 such numbers); a weight must be a "
                    + "number from -3.39e38 to 3.39e38",
                "- model.safetensors: rnn.bias_hh_l1[5] is Infinity; a weight must be a number from "
                    + "-3.39e38 to 3.39e38",
            ],
            Problems());
    }

    [Fact]
    public void A_non_finite_weight_deep_inside_a_large_tensor_is_found()
    {
        var shape = new long[] { 3, 50_000 };
        var values = new float[150_000];
        values[149_999] = float.NaN;
        var stream = new MemoryStream();
        SafeTensorsWriter.Write(stream, [TensorData.Floats("large", shape, values)]);

        using var reader = SafeTensorsReader.Open(stream, "x.safetensors");

        Assert.StartsWith("large[2, 49999] is NaN", reader.FindUnusable(reader.Find("large")!));
        Assert.Contains(
            "large[2, 49999] is NaN",
            Assert.Throws<SafeTensorsException>(() => reader.ReadFloats("large")).Message);
    }

    [Theory]
    [MemberData(nameof(Parameters))]
    public void A_network_is_not_created_from_non_finite_weights(string name)
    {
        var fixture = PyTorchFixture.Load("gru");
        var weights = new Dictionary<string, float[]>(fixture.Weights) { [name] = [.. fixture.Weights[name]] };
        weights[name][^1] = float.NaN;

        var error = Assert.Throws<ArgumentException>(() => NetworkWeights.Of(fixture.Config, weights));

        Assert.Contains($"{name}[", error.Message);
    }

    private void Write(PyTorchFixture fixture, TensorType type, string name, int at, float value)
    {
        var weights = new Dictionary<string, float[]>(fixture.Weights) { [name] = [.. fixture.Weights[name]] };
        weights[name][at] = value;
        Write(fixture, type, weights);
    }

    private void Write(PyTorchFixture fixture, TensorType type, Dictionary<string, float[]> weights)
    {
        ModelFolder.Save(
            _folder.Path, CharacterTokenizer.FromCorpus("abcdefghijk"), fixture.Network, "# Card");
        SafeTensorsWriter.Write(
            _folder["model.safetensors"],
            [
                .. fixture.Config.ParameterShapes.Select(p =>
                    TensorData.Bytes(p.Name, type, p.Shape, weights[p.Name].SelectMany(w => Bytes(type, w)).ToArray())),
            ]
        );
    }

    private static byte[] Bytes(TensorType type, float value) => type switch
    {
        TensorType.F16 => BitConverter.GetBytes((Half)value),
        TensorType.BF16 => BitConverter.GetBytes(value)[2..],
        _ => BitConverter.GetBytes(value),
    };

    private string[] Problems() =>
        Assert.Throws<ModelFolderException>(() => ModelFolder.Open(_folder.Path)).Message.Split('\n')[1..];
}
