using System.ComponentModel.DataAnnotations;
using LmModel.Checkpoints;
using LmModel.Inference.Engines;
using LmModel.Quantization;

namespace LmApi.Models;

/// <summary>What computes the tokens, section <c>Inference</c> of the configuration.</summary>
internal sealed class InferenceOptions
{
    public const string Section = "Inference";

    /// <summary>
    /// <c>managed</c> steps all texts together; <c>torch</c> one after another by libtorch, which is loaded for it.
    /// </summary>
    [EnumDataType(typeof(InferenceEngine))]
    public InferenceEngine Engine { get; set; } = InferenceEngine.Managed;

    /// <summary>
    /// How the managed engine keeps the weights: <c>fp32</c>, <c>bf16</c> or <c>int8</c>. Where absent, what the model
    /// folder's <c>precision.json</c> found by measuring, and fp32 without one.
    /// </summary>
    [EnumDataType(typeof(Precision))]
    public Precision? Precision { get; set; }

    /// <summary>Threads of the managed engine; 0 is one for each processor. They change no bit of a text.</summary>
    [Range(0, 256)]
    public int Threads { get; set; }

    /// <summary>Generations stepped together; further ones wait.</summary>
    [Range(1, 4096)]
    public int BatchSize { get; set; } = 128;

    /// <summary>libtorch's sums depend on the number of its threads, so it has one.</summary>
    public int ThreadsInUse => Engine is InferenceEngine.Torch ? 1 : Threads > 0 ? Threads : Environment.ProcessorCount;

    public Precision PrecisionOf(ModelFolder folder) =>
        StepModels.PrecisionFor(Engine, Precision, folder.DefaultPrecision);
}
