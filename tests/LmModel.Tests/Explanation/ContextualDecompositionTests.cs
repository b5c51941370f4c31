using LmModel.Explanation;
using LmModel.Networks;

namespace LmModel.Tests.Explanation;

public sealed class ContextualDecompositionTests
{
    private static readonly int[] Prompt = [4, 1, 7, 2, 9];

    [Fact]
    public void Contributions_are_those_of_the_equations_written_out()
    {
        var fixture = PyTorchFixture.Load("lstm");
        using var network = new TraceNetwork(fixture.Network);
        int[] target = [5, 10];
        var values = ContextualDecomposition.Explain(network, Prompt, target);

        for (var token = 0; token < Prompt.Length; token++)
        {
            Assert.Equal(Reference(fixture.Network, token, target), values[token], 1e-5);
        }
    }

    [Theory]
    [InlineData(Cell.Lstm, true)]
    [InlineData(Cell.Gru, false)]
    [InlineData(Cell.RnnTanh, false)]
    public void The_method_is_offered_for_LSTMs_only(Cell cell, bool offered) => Assert.Equal(
        offered, ExplanationRequest.MethodsOf(cell).Contains(ExplanationMethod.ContextualDecomposition));

    /// <summary>With one token there is no rest: all but the biases of the output comes from it.</summary>
    [Fact]
    public void The_only_token_contributes_everything_but_the_bias_of_the_output()
    {
        var fixture = PyTorchFixture.Load("lstm");
        using var network = new TraceNetwork(fixture.Network);
        var (value, _) = new NetworkTrace(network, [4], 0, [1]).Explain([(0, 5)]);
        var bias = Array.ConvertAll(network.OutputBias, b => (double)b);

        var values = ContextualDecomposition.Explain(network, [4], [5]);

        Assert.Equal(value[0] - LogProbability(bias, 5), values[0], 1e-5);
    }

    /// <summary>β and γ of one token as the paper has them, in double precision and with loops.</summary>
    private static double Reference(NetworkWeights weights, int token, int[] target)
    {
        var (config, units) = (weights.Config, weights.Config.HiddenSize);
        double[][] Zeros() => [.. Enumerable.Range(0, config.Layers).Select(_ => new double[units])];
        var (betaH, gammaH, betaC, gammaC) = (Zeros(), Zeros(), Zeros(), Zeros());
        int[] text = [.. Prompt, .. target[..^1]];
        var sum = 0.0;
        for (var t = 0; t < text.Length; t++)
        {
            var row = weights.Embedding.AsSpan(text[t] * config.EmbeddingSize, config.EmbeddingSize).ToArray();
            var x = Array.ConvertAll(row, e => (double)e);
            var (beta, gamma) = t == token ? (x, new double[x.Length]) : (new double[x.Length], x);
            for (var l = 0; l < config.Layers; l++)
            {
                (betaH[l], gammaH[l], betaC[l], gammaC[l]) = Step(
                    weights.Layers[l], (beta, gamma), (betaH[l], gammaH[l]), (betaC[l], gammaC[l]), t == token);
                (beta, gamma) = (betaH[l], gammaH[l]);
            }

            if (t >= Prompt.Length - 1)
            {
                double[] Logits(double[] h) =>
                [
                    .. weights.OutputBias.Index().Select(
                        v => v.Item + h.Index().Sum(u => weights.Output[(v.Index * units) + u.Index] * u.Item)),
                ];
                double[] all = [.. beta.Zip(gamma, (b, g) => b + g)];
                var next = target[t - Prompt.Length + 1];
                sum += LogProbability(Logits(all), next) - LogProbability(Logits(gamma), next);
            }
        }

        return sum;
    }

    private static (double[] BetaH, double[] GammaH, double[] BetaC, double[] GammaC) Step(
        RecurrentLayerWeights layer,
        (double[] Beta, double[] Gamma) x,
        (double[] Beta, double[] Gamma) h,
        (double[] Beta, double[] Gamma) c,
        bool isRead)
    {
        var units = c.Beta.Length;
        var next = (new double[units], new double[units], new double[units], new double[units]);
        double Product(float[] weight, int row, double[] v) =>
            v.Index().Sum(k => weight[(row * v.Length) + k.Index] * k.Item);
        for (var u = 0; u < units; u++)
        {
            (double Beta, double Gamma, double Bias) Gate(int gate, Func<double, double> function)
            {
                var row = (gate * units) + u;
                return Three(
                    Product(layer.InputWeight, row, x.Beta) + Product(layer.StateWeight, row, h.Beta),
                    Product(layer.InputWeight, row, x.Gamma) + Product(layer.StateWeight, row, h.Gamma),
                    layer.InputBias[row] + layer.StateBias[row],
                    function);
            }

            var (i, f, g, o) = (Gate(0, Sigmoid), Gate(1, Sigmoid), Gate(2, Math.Tanh), Gate(3, Sigmoid));
            var beta = ((f.Beta + f.Bias) * c.Beta[u]) + (i.Beta * (g.Beta + g.Bias)) + (i.Bias * g.Beta);
            var gamma = (f.Gamma * c.Beta[u]) + ((f.Beta + f.Gamma + f.Bias) * c.Gamma[u])
                + (i.Gamma * (g.Beta + g.Gamma + g.Bias)) + ((i.Beta + i.Bias) * g.Gamma);
            _ = isRead ? beta += i.Bias * g.Bias : gamma += i.Bias * g.Bias;
            var open = o.Beta + o.Gamma + o.Bias;
            next.Item1[u] = open * (Math.Tanh(beta) + Math.Tanh(beta + gamma) - Math.Tanh(gamma)) / 2;
            next.Item2[u] = open * (Math.Tanh(gamma) + Math.Tanh(beta + gamma) - Math.Tanh(beta)) / 2;
            (next.Item3[u], next.Item4[u]) = (beta, gamma);
        }

        return next;
    }

    /// <summary>f(β + γ + bias), split; the bias is always added first.</summary>
    private static (double Beta, double Gamma, double Bias) Three(
        double beta, double gamma, double bias, Func<double, double> f) =>
        (
            (f(beta + bias) - f(bias) + f(beta + gamma + bias) - f(gamma + bias)) / 2,
            (f(gamma + bias) - f(bias) + f(beta + gamma + bias) - f(beta + bias)) / 2,
            f(bias));

    private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));

    private static double LogProbability(double[] logits, int token)
    {
        var max = logits.Max();
        return logits[token] - max - Math.Log(logits.Sum(x => Math.Exp(x - max)));
    }
}
