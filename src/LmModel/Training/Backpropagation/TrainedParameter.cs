using static TorchSharp.torch;

namespace LmModel.Training.Backpropagation;

/// <summary>A parameter and everything that a training stores for it: fp32 tensors of the same shape.</summary>
internal sealed class TrainedParameter : IDisposable
{
    public TrainedParameter(string name, long[] shape, float[] value)
    {
        (Name, Shape) = (name, shape);
        Value = Memory.Owned(tensor(value).view(shape).clone());
        Average = Memory.Owned(Value.clone());
        Gradient = Memory.Owned(zeros(shape));
        Mean = Memory.Owned(zeros(shape));
        Variance = Memory.Owned(zeros(shape));
    }

    /// <summary>As in <see cref="Networks.ModelConfig.ParameterShapes"/>.</summary>
    public string Name { get; }

    public long[] Shape { get; }

    public Tensor Value { get; }

    /// <summary>∂L/∂value of the last window.</summary>
    public Tensor Gradient { get; }

    /// <summary>AdamW's first moment.</summary>
    public Tensor Mean { get; }

    /// <summary>AdamW's second moment.</summary>
    public Tensor Variance { get; }

    /// <summary>The weights that are validated and saved: the moving average, or the value if there is none.</summary>
    public Tensor Average { get; }

    /// <summary>The tensors that a resumed training needs, with their names in a checkpoint.</summary>
    public IEnumerable<(string Name, Tensor Tensor)> Kept =>
        [
            (Name, Value),
            ($"adamw.mean.{Name}", Mean),
            ($"adamw.variance.{Name}", Variance),
            ($"average.{Name}", Average),
        ];

    public void Dispose()
    {
        foreach (var tensor in (Tensor[])[Value, Average, Gradient, Mean, Variance])
        {
            tensor.Dispose();
        }
    }
}
