using LmModel.Training.Settings;
using static TorchSharp.torch;

namespace LmModel.Training.Backpropagation;

/// <summary>
/// The output layer and the loss of a window, forward and backward, over the whole vocabulary or the candidates that
/// represent it.
/// </summary>
internal sealed unsafe class OutputPass(
    TrainedParameter weight,
    TrainedParameter bias,
    TrainingArithmetic arithmetic,
    int threads
) : IDisposable
{
    private readonly SoftmaxLoss _loss = TrainingKernels.Of(arithmetic).Loss;
    private readonly ScalarType _type = Memory.Type(arithmetic);
    private Tensor? _logits;                                                  // (N, V), kept because it is large

    /// <param name="y">(N, H) in the products' format.</param>
    /// <param name="targets">(N) ids.</param>
    /// <param name="candidates">Null for the whole vocabulary.</param>
    /// <param name="below">Receives ∂L/∂y, (N, H) in the products' format.</param>
    /// <returns>The mean of −ln p over the rows, in nats. The gradients of weight and bias are overwritten.</returns>
    public double Backward(Tensor y, int[] targets, SampledSoftmax.Candidates? candidates, Tensor below)
    {
        using var scope = NewDisposeScope();
        using var ids = candidates is null ? null : tensor(candidates.Ids, ScalarType.Int64);
        var rows = (int)y.shape[0];
        var w = (ids is null ? weight.Value : weight.Value.index_select(0, ids)).to(_type);   // (S, H)
        var width = (int)w.shape[0];
        var logits = Logits(rows, width);
        logits.addmm_(y, w.t(), 0, 1);                                        // (N, S)

        var b = new float[width];
        var all = Memory.Floats(bias.Value);
        for (var s = 0; s < width; s++)
        {
            b[s] = all[candidates?.Ids[s] ?? s];
        }

        var nats = _loss.Backward(
            Memory.Address(logits), rows, width, candidates?.Targets ?? targets, b, candidates?.Offsets, threads);
        below.addmm_(logits, w, 0, 1);                                        // (N, H)
        StoreGradient(weight.Gradient, logits.t().mm(y), ids);
        StoreGradient(bias.Gradient, logits.sum(0, type: ScalarType.Float32), ids);
        return nats / rows;
    }

    public void Dispose() => _logits?.Dispose();

    private static void StoreGradient(Tensor gradient, Tensor value, Tensor? ids)
    {
        if (ids is null)
        {
            gradient.copy_(value);
        }
        else
        {
            gradient.zero_();
            gradient.index_copy_(0, ids, value.to(ScalarType.Float32));
        }
    }

    private Tensor Logits(int rows, int width)
    {
        if (_logits is null || _logits.numel() < (long)rows * width)
        {
            _logits?.Dispose();
            _logits = Memory.Owned(empty((long)rows * width, dtype: _type));
        }

        return _logits.narrow(0, 0, (long)rows * width).view(rows, width);
    }
}
