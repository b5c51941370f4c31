using System.Runtime.InteropServices;
using LmCli.Bench.Measures;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LmCli.Bench.Peers;

/// <summary>The other obvious way, for an LSTM: a loop over <c>nn.LSTMCell</c>, one a layer.</summary>
internal sealed class TorchCellPeer : Peer
{
    private readonly Embedding _embedding;
    private readonly LSTMCell[] _cells;
    private readonly Linear _fc;
    private readonly (Tensor H, Tensor C)[] _states;

    public TorchCellPeer(BenchNetwork network, int batch) : base("TorchSharp LSTMCell loop", batch)
    {
        var config = network.Config;
        long h = config.HiddenSize;
        _embedding = nn.Embedding(config.VocabularySize, config.EmbeddingSize);
        _cells = [.. Enumerable.Range(0, config.Layers).Select(l => nn.LSTMCell(l == 0 ? config.EmbeddingSize : h, h))];
        _fc = nn.Linear(h, config.VocabularySize);
        _states = [.. _cells.Select(_ => (zeros(batch, h), zeros(batch, h)))];

        var weights = network.Weights;
        Load(_embedding, ("weight", weights.Embedding));
        Load(_fc, ("weight", weights.Output), ("bias", weights.OutputBias));
        foreach (var (cell, layer) in _cells.Zip(weights.Layers))
        {
            Load(
                cell,
                ("weight_ih", layer.InputWeight), ("weight_hh", layer.StateWeight),
                ("bias_ih", layer.InputBias), ("bias_hh", layer.StateBias));
        }
    }

    public override void Step(ReadOnlySpan<int> tokens, Span<float> logits)
    {
        using var mode = inference_mode();
        using var scope = NewDisposeScope();
        var x = _embedding.call(tensor(tokens.ToArray(), int64));               // (B, E)
        for (var layer = 0; layer < _cells.Length; layer++)
        {
            var before = _states[layer];
            var (h, c) = _cells[layer].call(x, before);                         // (B, H)
            _states[layer] = (h.DetachFromDisposeScope(), c.DetachFromDisposeScope());
            before.H.Dispose();
            before.C.Dispose();
            x = h;
        }

        MemoryMarshal.Cast<byte, float>(_fc.call(x).bytes).CopyTo(logits);      // (B, V)
    }

    public override void Dispose()
    {
        foreach (var (h, c) in _states)
        {
            h.Dispose();
            c.Dispose();
        }

        Array.ForEach(_cells, cell => cell.Dispose());
        _embedding.Dispose();
        _fc.Dispose();
    }

    private static void Load(nn.Module module, params (string Name, float[] Values)[] weights)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        foreach (var (name, parameter) in module.named_parameters())
        {
            parameter.copy_(tensor(weights.Single(w => w.Name == name).Values).view(parameter.shape));
        }
    }
}
