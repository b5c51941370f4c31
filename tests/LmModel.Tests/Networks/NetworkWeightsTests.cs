using LmModel.Networks;

namespace LmModel.Tests.Networks;

public sealed class NetworkWeightsTests
{
    [Fact]
    public void All_mismatched_weights_are_reported()
    {
        var gru = PyTorchFixture.Load("gru");
        var weights = new Dictionary<string, float[]>(gru.Weights) { ["fc.bias"] = [1], ["more"] = [] };
        weights["rnn.bias_hh_l0"] = [.. weights["rnn.bias_hh_l0"]];
        weights["rnn.bias_hh_l0"][2] = float.NaN;
        weights.Remove("embedding.weight");

        var message = Assert.Throws<ArgumentException>(() => NetworkWeights.Of(gru.Config, weights)).Message;

        Assert.Contains("embedding.weight: expected [11, 6], 66 numbers, given none", message);
        Assert.Contains("fc.bias: expected [11], 11 numbers, given 1 numbers", message);
        Assert.Contains("rnn.bias_hh_l0[2] is NaN", message);
        Assert.Contains("more: not a parameter of this configuration", message);
    }

    [Fact]
    public void A_configuration_that_is_not_a_network_is_refused()
    {
        var gru = PyTorchFixture.Load("gru");

        Assert.Contains("layers must be from 1", Assert.Throws<ArgumentException>(
            () => NetworkWeights.Of(gru.Config with { Layers = 0 }, gru.Weights)).Message);
    }

    [Fact]
    public void Members_match_the_PyTorch_parameters_and_a_tied_output_is_the_embedding()
    {
        var (gru, tied) = (PyTorchFixture.Load("gru"), PyTorchFixture.Load("tied"));

        Assert.Same(gru.Weights["embedding.weight"], gru.Network.Embedding);
        Assert.Same(gru.Weights["rnn.weight_ih_l1"], gru.Network.Layers[1].InputWeight);
        Assert.Same(gru.Weights["rnn.weight_hh_l0"], gru.Network.Layers[0].StateWeight);
        Assert.Same(gru.Weights["rnn.bias_ih_l1"], gru.Network.Layers[1].InputBias);
        Assert.Same(gru.Weights["rnn.bias_hh_l0"], gru.Network.Layers[0].StateBias);
        Assert.Same(gru.Weights["fc.weight"], gru.Network.Output);
        Assert.Same(gru.Weights["fc.bias"], gru.Network.OutputBias);
        Assert.Same(tied.Weights["embedding.weight"], tied.Network.Output);
        Assert.DoesNotContain("fc.weight", tied.Network.Named.Select(p => p.Name));
    }
}
