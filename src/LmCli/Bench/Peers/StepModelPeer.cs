using LmModel.Inference;

namespace LmCli.Bench.Peers;

/// <summary>
/// The measured model without the engine around it: what is left to the others' comparison is the step alone.
/// </summary>
/// <param name="model">Left open.</param>
/// <param name="batch">B.</param>
internal sealed class StepModelPeer(IStepModel model, int batch) : Peer("LmService, step alone", batch)
{
    private readonly RecurrentState[] _states =
        [.. Enumerable.Range(0, batch).Select(_ => RecurrentState.Zero(model.StateSize))];

    public override void Step(ReadOnlySpan<int> tokens, Span<float> logits) => model.Step(tokens, _states, logits);

    public override void Dispose()
    {
    }
}
