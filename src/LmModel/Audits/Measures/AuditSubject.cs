using LmModel.Checkpoints;
using LmModel.Corpora;
using LmModel.Inference;

namespace LmModel.Audits.Measures;

/// <summary>What is audited.</summary>
/// <param name="Folder">The model's folder.</param>
/// <param name="Model">Its decoder in fp32. Not safe for concurrent calls.</param>
/// <param name="Training">The text that the model was trained on.</param>
/// <param name="HeldOut">Text of the same kind that it was not trained on; null if there is none.</param>
/// <param name="Quick">Whether to measure less, so that all measures together end within two minutes.</param>
internal sealed record AuditSubject(
    ModelFolder Folder, IStepModel Model, CorpusText Training, CorpusText? HeldOut, bool Quick);
