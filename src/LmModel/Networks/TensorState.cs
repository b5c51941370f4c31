using static TorchSharp.torch;

namespace LmModel.Networks;

/// <summary>The recurrent state of B sequences in the layout of libtorch.</summary>
/// <param name="H">(L, B, H).</param>
/// <param name="C">(L, B, H); null unless the cell is an LSTM.</param>
internal sealed record TensorState(Tensor H, Tensor? C) : IDisposable
{
    /// <summary>The zero state of <paramref name="batch"/> sequences.</summary>
    public static TensorState Zero(ModelConfig config, int batch)
    {
        Tensor Zeros() => zeros(config.Layers, batch, config.HiddenSize);
        return new TensorState(Zeros(), config.StateVectors > 1 ? Zeros() : null);
    }

    /// <summary>The same numbers without their history, owned by the caller and no longer by a dispose scope.</summary>
    public TensorState Detach() =>
        new(H.detach().DetachFromDisposeScope(), C?.detach().DetachFromDisposeScope());

    public void Dispose()
    {
        H.Dispose();
        C?.Dispose();
    }
}
