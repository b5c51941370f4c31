using System.Runtime.InteropServices;
using LmModel.Networks;
using static TorchSharp.torch;

namespace LmModel.Evaluation;

/// <summary>
/// Scores with the network used in training, with as many time steps at once as the limit on their logits allows.
/// </summary>
internal sealed class NetworkScorer : IScorer
{
    /// <summary>
    /// Maximum of B · T · V, 256 MiB: 64 windows of 256 tokens for V = 4,096. With 33,278 words they would take 2 GiB.
    /// </summary>
    private const int MaxLogits = 1 << 26;

    private readonly LanguageModel _model;
    private readonly int _maxLogits;
    private readonly bool _wasTraining;
    private readonly IDisposable _inference = inference_mode();
    private int _texts;
    private TensorState? _state;

    /// <param name="model">The network; its dropout is disabled until this object is disposed.</param>
    /// <param name="maxLogits">Maximum of B · T · V that is read at once; limits memory and changes the sum only by
    /// rounding.</param>
    public NetworkScorer(LanguageModel model, int maxLogits = MaxLogits)
    {
        (_model, _maxLogits, _wasTraining) = (model, maxLogits, model.training);
        model.eval();
    }

    public void Begin(int texts)
    {
        _texts = texts;
        _state?.Dispose();
        _state = null;
    }

    public void Score(ReadOnlySpan<int> tokens, int length, Span<double> nats, CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        var inputs = Ids(tokens[..^1], length);                               // (B, T)
        var targets = Ids(tokens[1..], length);                               // (B, T)
        var most = (int)Math.Max(1, _maxLogits / ((long)_texts * _model.Config.VocabularySize));
        for (var time = 0; time < length; time += most)
        {
            cancellation.ThrowIfCancellationRequested();
            var times = Math.Min(most, length - time);
            var losses = Read(inputs.narrow(1, time, times), targets.narrow(1, time, times));
            for (var text = 0; text < _texts; text++)
            {
                losses.AsSpan(text * times, times).CopyTo(nats.Slice((text * length) + time, times));
            }
        }
    }

    public void Dispose()
    {
        _state?.Dispose();
        _model.train(_wasTraining);
        _inference.Dispose();
    }

    /// <returns>(B · t): −ln p of each target.</returns>
    private double[] Read(Tensor inputs, Tensor targets)
    {
        using var scope = NewDisposeScope();
        var (logits, next) = _model.Forward(inputs, _state);                  // (B, t, V)
        var losses = nn.functional.cross_entropy(
            logits.view(-1, logits.shape[^1]), targets.reshape(-1), reduction: nn.Reduction.None);
        _state?.Dispose();
        _state = next.Detach();
        return MemoryMarshal.Cast<byte, double>(losses.to(ScalarType.Float64).bytes).ToArray();
    }

    private Tensor Ids(ReadOnlySpan<int> tokens, int length) =>
        tensor(Array.ConvertAll(tokens.ToArray(), id => (long)id)).view(_texts, length);
}
