using System.Runtime.InteropServices;
using LmCli.Bench.Measures;
using LmModel.Networks;
using static TorchSharp.torch;

namespace LmCli.Bench.Peers;

/// <summary>The obvious way in TorchSharp: <c>nn.LSTM</c> (or GRU, RNN) called with one token a sequence.</summary>
internal sealed class TorchModulePeer : Peer
{
    private readonly LanguageModel _model;
    private TensorState _state;

    public TorchModulePeer(BenchNetwork network, int batch) : base($"TorchSharp {Module(network.Config.Cell)}", batch)
    {
        _model = new LanguageModel(network.Config);
        _model.LoadWeights(network.Weights);
        _model.eval();
        using var mode = inference_mode();
        _state = TensorState.Zero(network.Config, batch);
    }

    public override void Step(ReadOnlySpan<int> tokens, Span<float> logits)
    {
        using var mode = inference_mode();
        using var scope = NewDisposeScope();
        var ids = tensor(tokens.ToArray(), int64).unsqueeze(1);                 // (B, 1)
        var (output, state) = _model.Forward(ids, _state);                      // (B, 1, V)
        MemoryMarshal.Cast<byte, float>(output.bytes).CopyTo(logits);
        _state.Dispose();
        _state = state.Detach();
    }

    public override void Dispose()
    {
        _state.Dispose();
        _model.Dispose();
    }

    private static string Module(Cell cell) =>
        cell switch
        {
            Cell.Lstm => "nn.LSTM",
            Cell.Gru => "nn.GRU",
            Cell.RnnTanh or Cell.RnnRelu => "nn.RNN",
            _ => throw new ArgumentOutOfRangeException(nameof(cell), cell, "There is no such cell."),
        };
}
