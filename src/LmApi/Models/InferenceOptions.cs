using System.ComponentModel.DataAnnotations;
using LmModel.Checkpoints;
using LmModel.Inference.Engines;
using LmModel.Quantization;

namespace LmApi.Models;

/// <summary>The engine that computes the tokens, section <c>Inference</c> of the configuration.</summary>
internal sealed class InferenceOptions
{
    public const string Section = "Inference";

    /// <summary>
    /// <c>managed</c> steps all texts together; <c>torch</c> one after another by libtorch, which is loaded for it.
    /// </summary>
    [EnumDataType(typeof(InferenceEngine))]
    public InferenceEngine Engine { get; set; } = InferenceEngine.Managed;

    /// <summary>
    /// How the managed engine stores the weights: <c>fp32</c>, <c>bf16</c> or <c>int8</c>. By default the precision in
    /// the model folder's <c>precision.json</c>, or fp32 without one.
    /// </summary>
    [EnumDataType(typeof(Precision))]
    public Precision? Precision { get; set; }

    /// <summary>Threads of the managed engine; 0 is one for each processor. Their number does not change a bit of a
    /// text.</summary>
    [Range(0, 256)]
    public int Threads { get; set; }

    /// <summary>Generations stepped together; further ones wait.</summary>
    [Range(1, 4096)]
    public int BatchSize { get; set; } = 128;

    /// <summary>The sums of libtorch depend on the number of its threads, so it has one.</summary>
    public int ThreadsInUse => Engine is InferenceEngine.Torch ? 1 : Threads > 0 ? Threads : Environment.ProcessorCount;

    public Precision PrecisionOf(ModelFolder folder) =>
        StepModels.PrecisionFor(Engine, Precision, folder.DefaultPrecision);
}
