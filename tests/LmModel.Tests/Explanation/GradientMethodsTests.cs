using LmModel.Checkpoints;
using LmModel.Explanation;
using LmModel.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace LmModel.Tests.Explanation;

public sealed class GradientMethodsTests
{
    public static TheoryData<string> Names => PyTorchFixture.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void A_trace_has_the_log_probabilities_of_PyTorch(string name)
    {
        var fixture = PyTorchFixture.Load(name);
        using var network = new TraceNetwork(fixture.Network);
        var (steps, width) = (fixture.Tokens.GetLength(1), fixture.Config.VocabularySize);
        for (var text = 0; text < fixture.Batch; text++)
        {
            int[] tokens = [.. Enumerable.Range(0, steps).Select(t => (int)fixture.Tokens[text, t])];
            for (var position = 0; position < steps; position++)
            {
                var logits = fixture.Logits.AsSpan(((text * steps) + position) * width, width).ToArray();
                var sum = Math.Log(logits.Sum(x => Math.Exp(x)));
                var (values, _) = new NetworkTrace(network, tokens, 0, [1]).Explain([(position, 3)]);

                Assert.Equal(logits[3] - sum, values[0], 1e-5);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_gradient_is_that_of_finite_differences(string name)
    {
        var fixture = PyTorchFixture.Load(name);
        using var network = new TraceNetwork(fixture.Network);
        int[] prompt = [4, 1, 7, 2, 9];
        int[] target = [5, 10, 3];
        var attribution = GradientMethods.GradientTimesInput(network, prompt, target);
        var scale = attribution.Values.Max(Math.Abs);
        for (var i = 0; i < prompt.Length; i++)
        {
            const double Step = 1.0 / 1024;
            var difference = (Value(fixture, prompt, target, i, 1 + Step) - Value(fixture, prompt, target, i, 1 - Step))
                / (2 * Step);

            Assert.Equal(0, (difference - attribution.Values[i]) / scale, 1e-4);
        }
    }

    [Theory]
    [InlineData("rnn_tanh")]
    [InlineData("rnn_relu")]
    [InlineData("gru")]
    [InlineData("lstm")]
    [InlineData("reference")]
    public void A_gradient_is_that_of_autograd(string name)
    {
        var fixture = PyTorchFixture.Load(name);
        using var network = new TraceNetwork(fixture.Network);
        int[] prompt = [4, 1, 7, 2, 9];
        var attribution = GradientMethods.GradientTimesInput(network, prompt, [5]);
        using var scope = NewDisposeScope();
        using var model = new LanguageModel(fixture.Config);
        model.LoadWeights(fixture.Network);
        model.eval();
        var ids = tensor(Array.ConvertAll(prompt, id => (long)id)).unsqueeze(0); // (1, T)
        nn.functional.log_softmax(model.Forward(ids, null).Logits[0, -1], dim: -1)[5].backward();
        var embedding = model.NamedWeights()[0].Value;
        var products = (embedding.grad! * embedding).sum(1).detach(); // (V): the tokens of the prompt differ

        var scale = attribution.Values.Max(Math.Abs);
        Assert.All(
            prompt.Index(),
            t => Assert.Equal(0, (products[t.Item].item<float>() - attribution.Values[t.Index]) / scale, 1e-4));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Integrated_gradients_add_up_to_the_difference(string name)
    {
        var fixture = PyTorchFixture.Load(name);
        using var network = new TraceNetwork(fixture.Network);
        int[] prompt = [4, 1, 7, 2, 9];
        var attribution = GradientMethods.IntegratedGradients(network, prompt, [5, 10]);
        var (values, _) = new NetworkTrace(network, [.. prompt, 5], prompt.Length, [0, 1])
            .Explain([(4, 5), (5, 10)]);

        // The gradient of a rectified network has steps, which no quadrature follows exactly.
        var tolerance = fixture.Config.Cell is Cell.RnnRelu ? 2e-2 : 1e-3;
        Assert.InRange(attribution.CompletenessError!.Value, 0, tolerance);
        Assert.Equal(
            0, (attribution.Values.Sum() - (values[1] - values[0])) / Math.Abs(values[1] - values[0]), tolerance);
    }

    [Fact]
    public async Task A_trace_of_a_shipped_model_agrees_with_its_score()
    {
        var path = Path.Combine(Repository.Root, "models", "tiny");
        var folder = ModelFolder.Open(path);
        int[] tokens = folder.Tokenizer.Encode("To be, or not");
        using var model = TextModel.Open(path, new() { Precision = LmModel.Quantization.Precision.Fp32 });
        var score = await model.ScoreAsync("To be, or not");
        using var network = new TraceNetwork(folder.ReadWeights());
        var (values, _) = new NetworkTrace(network, tokens, 0, [1])
            .Explain([.. Enumerable.Range(0, tokens.Length - 1).Select(t => (t, tokens[t + 1]))]);

        Assert.Equal(-score.Nats, values[0], 1e-4);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(16)]
    public void Gauss_Legendre_is_exact_for_polynomials(int count)
    {
        var (nodes, weights) = GradientMethods.GaussLegendre(count);
        for (var power = 0; power < 2 * count; power++)
        {
            Assert.Equal(1.0 / (power + 1), nodes.Zip(weights, (x, w) => w * Math.Pow(x, power)).Sum(), 1e-12);
        }
    }

    /// <summary>
    /// F with one token's embedding scaled, in double precision, because small differences would be lost in fp32; the
    /// tokens of the prompt differ.
    /// </summary>
    private static double Value(PyTorchFixture fixture, int[] prompt, int[] target, int changed, double factor)
    {
        var weights = fixture.Weights.ToDictionary(w => w.Key, w => (float[])w.Value.Clone());
        var embedding = weights["embedding.weight"];
        if (fixture.Config.TieWeights)
        {
            // A tied output must not change with the embedding: untie it.
            weights["fc.weight"] = (float[])embedding.Clone();
        }

        using var scope = NewDisposeScope();
        using var model = new LanguageModel(fixture.Config with { TieWeights = false });
        model.LoadWeights(NetworkWeights.Of(fixture.Config with { TieWeights = false }, weights));
        model.to(ScalarType.Float64);
        model.eval();
        using var nothing = no_grad();
        model.NamedWeights()[0].Value[prompt[changed]].mul_(factor);
        long[] text = [.. prompt.Concat(target[..^1]).Select(id => (long)id)];
        var logits = model.Forward(tensor(text).unsqueeze(0), null).Logits[0]; // (T, V)
        var logprobs = nn.functional.log_softmax(logits, dim: -1);
        return target.Index().Sum(t => logprobs[prompt.Length - 1 + t.Index, t.Item].item<double>());
    }
}
