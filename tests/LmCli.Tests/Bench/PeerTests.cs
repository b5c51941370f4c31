using LmCli.Bench.Measures;
using LmCli.Bench.Peers;
using LmModel.Networks;
using LmModel.Quantization;
using LmModel.Tests;

namespace LmCli.Tests.Bench;

public sealed class PeerTests
{
    [Theory]
    [InlineData(Cell.Lstm, false)]
    [InlineData(Cell.Lstm, true)]
    [InlineData(Cell.Gru, false)]
    [InlineData(Cell.RnnTanh, false)]
    [InlineData(Cell.RnnRelu, false)]
    public void Peers_step_exactly_the_measured_network(Cell cell, bool tied)
    {
        const int batch = 3;
        var network = BenchNetwork.Random(cell, hidden: 24, layers: 2, vocabulary: 40);
        if (tied)
        {
            var parameters = network.Weights.ByName();
            parameters.Remove(ParameterNames.Output);
            var config = network.Config with { TieWeights = true };
            network = network with { Weights = NetworkWeights.Of(config, parameters) };
        }

        using var model = network.Open(Precision.Fp32, threads: 2);
        using var ours = new StepModelPeer(model, batch);
        List<Peer> peers = [new TorchModulePeer(network, batch)];
        if (cell is Cell.Lstm)
        {
            peers.Add(new TorchCellPeer(network, batch));
        }

        var (expected, actual) = (new float[batch * 40], new float[batch * 40]); // (B, V)
        for (var step = 0; step < 5; step++)
        {
            var tokens = network.Prompt(batch, step);
            ours.Step(tokens, expected);
            foreach (var peer in peers)
            {
                peer.Step(tokens, actual);
                Assert.All(actual.Zip(expected), pair => Assert.Equal(pair.Second, pair.First, 1e-4f));
            }
        }

        peers.ForEach(peer => peer.Dispose());
    }
}
