using LmModel.Networks;
using static TorchSharp.torch;

namespace LmModel.Inference.Torch;

/// <summary>One recurrent layer, a step at a time, by PyTorch's equations and gate orders. G is gates · H.</summary>
/// <remarks>
/// Weights are kept as contiguous transposes: a row times such a matrix reads it at almost twice the speed of a matrix
/// times a column (180 to 320 µs for 512 × 2048 on one core).
/// </remarks>
internal sealed class TorchLayer : IDisposable
{
    private readonly Cell _cell;
    private readonly Tensor _inputWeight; // (I, G)
    private readonly Tensor _inputBias; // (G)
    private readonly Tensor _stateWeight; // (H, G)
    private readonly Tensor? _stateBias; // (G), where it is not part of the input's

    private TorchLayer(Cell cell, Tensor inputWeight, Tensor inputBias, Tensor stateWeight, Tensor? stateBias) =>
        (_cell, _inputWeight, _inputBias, _stateWeight, _stateBias) =
        (cell, inputWeight, inputBias, stateWeight, stateBias);

    /// <param name="config">Architecture.</param>
    /// <param name="weights">Of this layer.</param>
    public static TorchLayer Create(ModelConfig config, RecurrentLayerWeights weights)
    {
        long gates = config.Gates * config.HiddenSize;
        var (inputBias, stateBias) = (tensor(weights.InputBias), tensor(weights.StateBias));
        var separate = config.Cell.Traits().KeepsStateSumApart;
        return new TorchLayer(
            config.Cell,
            Transposed(tensor(weights.InputWeight, [gates, weights.InputWeight.Length / gates])),
            (separate ? inputBias : inputBias + stateBias).DetachFromDisposeScope(),
            Transposed(tensor(weights.StateWeight, [gates, config.HiddenSize])),
            separate ? stateBias.DetachFromDisposeScope() : null);
    }

    /// <summary>A contiguous transpose that outlives the scope.</summary>
    public static Tensor Transposed(Tensor matrix) => matrix.t().contiguous().DetachFromDisposeScope();

    /// <summary>The part of the gates that comes from the input.</summary>
    /// <param name="x">(B, I).</param>
    /// <returns>(B, G).</returns>
    public Tensor InputGates(Tensor x) => addmm(_inputBias, x, _inputWeight, 1, 1);

    /// <param name="input"><see cref="InputGates"/>, (B, G); may be overwritten.</param>
    /// <param name="h">(B, H).</param>
    /// <param name="c">(B, H), of an LSTM.</param>
    /// <returns>The next h and, of an LSTM, the next c.</returns>
    public (Tensor H, Tensor? C) Advance(Tensor input, Tensor h, Tensor? c) => _cell switch
    {
        Cell.RnnTanh => (input.addmm_(h, _stateWeight, 1, 1).tanh_(), null),
        Cell.RnnRelu => (input.addmm_(h, _stateWeight, 1, 1).relu_(), null),
        Cell.Gru => (Gru(input, h), null),
        Cell.Lstm => Lstm(input.addmm_(h, _stateWeight, 1, 1), c!),
        _ => throw Cells.Unknown(_cell),
    };

    public void Dispose()
    {
        _inputWeight.Dispose();
        _inputBias.Dispose();
        _stateWeight.Dispose();
        _stateBias?.Dispose();
    }

    /// <summary>n = tanh(n_x + r ⊙ n_h), h' = (1 − z) ⊙ n + z ⊙ h.</summary>
    private Tensor Gru(Tensor input, Tensor h)
    {
        var ofInput = input.chunk(3, 1); // 3 × (B, H)
        var ofState = addmm(_stateBias!, h, _stateWeight, 1, 1).chunk(3, 1); // 3 × (B, H)
        var r = (ofInput[0] + ofState[0]).sigmoid_();
        var z = (ofInput[1] + ofState[1]).sigmoid_();
        var n = (ofInput[2] + (r * ofState[2])).tanh_();
        return ((h - n) * z).add_(n);
    }

    /// <summary>c' = f ⊙ c + i ⊙ g, h' = o ⊙ tanh(c').</summary>
    private static (Tensor H, Tensor C) Lstm(Tensor gates, Tensor c)
    {
        var part = gates.chunk(4, 1); // 4 × (B, H)
        var (i, f, g, o) = (part[0].sigmoid(), part[1].sigmoid(), part[2].tanh(), part[3].sigmoid());
        var next = f.mul_(c).addcmul_(i, g, 1);
        return (o.mul_(next.tanh()), next);
    }
}
