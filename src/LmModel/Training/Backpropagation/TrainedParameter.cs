using static TorchSharp.torch;

namespace LmModel.Training.Backpropagation;

/// <summary>A parameter and all that a training keeps of it, each a tensor of its shape in fp32.</summary>
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

    /// <summary>∂L/∂value of the window last trained on.</summary>
    public Tensor Gradient { get; }

    /// <summary>AdamW's first moment.</summary>
    public Tensor Mean { get; }

    /// <summary>AdamW's second moment.</summary>
    public Tensor Variance { get; }

    /// <summary>What is validated and saved: the moving average, or the value where none is kept.</summary>
    public Tensor Average { get; }

    /// <summary>The tensors that a resumed training needs, by the names a checkpoint gives them.</summary>
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
