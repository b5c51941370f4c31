using LmModel.Checkpoints;
using LmModel.Explanation;
using LmModel.Generation;
using LmModel.Inference;
using LmModel.Tokenization;

namespace LmApi.Models;

/// <summary>Creates the step model of a model folder; tests replace it.</summary>
internal delegate IStepModel StepModelFactory(ModelFolder folder, InferenceOptions options);

/// <summary>The model in memory and the engine that runs it.</summary>
internal sealed record LoadedModel(string Name, ModelFolder Folder, IStepModel StepModel, GenerationEngine Engine)
{
    /// <summary>Reads the weights again, in fp32, when a gradient is first asked for.</summary>
    public NetworkExplainer Gradients { get; } = new(Folder.ReadWeights);

    /// <summary>When the weights were written.</summary>
    public DateTimeOffset WrittenAt { get; } =
        File.GetLastWriteTimeUtc(Path.Combine(Folder.Path, ModelFolder.WeightsName));

    public Tokenizer Tokenizer => Folder.Tokenizer;
}
