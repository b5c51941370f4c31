using LmModel.Inference.Engines;
using LmModel.Quantization;

namespace LmModel;

/// <summary>How an opened model is run.</summary>
public sealed record TextModelOptions
{
    /// <summary>
    /// What computes the steps. <see cref="InferenceEngine.Torch"/> needs the package TorchSharp-cpu.
    /// </summary>
    public InferenceEngine Engine { get; init; } = InferenceEngine.Managed;

    /// <summary>How the weights are kept; null for what the folder records, or fp32 where it records nothing.</summary>
    public Precision? Precision { get; init; }

    /// <summary>Threads of a step, at least 1. One text of a small model is fastest with 1.</summary>
    public int Threads { get; init; } = 1;
}
