using System.Runtime.InteropServices;
using LmModel.Networks;
using static TorchSharp.torch;

namespace LmModel.Evaluation;

/// <summary>Scores with the network that is trained, all T times of a piece at once.</summary>
internal sealed class NetworkScorer : IScorer
{
    private readonly LanguageModel _model;
    private readonly bool _wasTraining;
    private readonly IDisposable _inference = inference_mode();
    private int _texts;
    private TensorState? _state;

    /// <param name="model">Without dropout until this is disposed.</param>
    public NetworkScorer(LanguageModel model)
    {
        (_model, _wasTraining) = (model, model.training);
        model.eval();
    }

    public void Begin(int texts)
    {
        _texts = texts;
        _state?.Dispose();
        _state = null;
    }

    public void Score(ReadOnlySpan<int> tokens, int length, Span<double> nats)
    {
        using var scope = NewDisposeScope();
        var inputs = Ids(tokens[..^1], length);                               // (B, T)
        var targets = Ids(tokens[1..], length);                               // (B, T)
        var (logits, next) = _model.Forward(inputs, _state);                  // (B, T, V)
        var losses = nn.functional.cross_entropy(
            logits.view(-1, logits.shape[^1]), targets.view(-1), reduction: nn.Reduction.None);
        _state?.Dispose();
        _state = next.Detach();
        MemoryMarshal.Cast<byte, double>(losses.to(ScalarType.Float64).bytes).CopyTo(nats);   // (B · T)
    }

    public void Dispose()
    {
        _state?.Dispose();
        _model.train(_wasTraining);
        _inference.Dispose();
    }

    private Tensor Ids(ReadOnlySpan<int> tokens, int length) =>
        tensor(Array.ConvertAll(tokens.ToArray(), id => (long)id)).view(_texts, length);
}
