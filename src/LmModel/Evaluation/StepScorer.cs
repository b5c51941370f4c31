using LmModel.Generation;
using LmModel.Inference;
using LmModel.Numerics;
using LmModel.Sampling;

namespace LmModel.Evaluation;

/// <summary>Scores with the model that is used for decoding. The texts form a batch, and each step reads one token of
/// every text.</summary>
/// <remarks>
/// Logits are computed for many states at once; if there are few texts, for several time steps at once. A large output
/// matrix is then read only once for all of them. The logits of a state are the same either way, so no figure changes.
/// </remarks>
/// <param name="model">The model, which remains owned by the caller.</param>
/// <param name="cache">The settings of each text's neural cache, which starts empty; null for the model
/// alone.</param>
/// <param name="grid">Receives every prediction of the model and its cache, which is then not mixed in; null for no
/// search.</param>
internal sealed class StepScorer(IStepModel model, NeuralCacheSettings? cache = null, NeuralCacheGrid? grid = null)
    : IScorer
{
    /// <summary>Number of states whose logits are computed at once, unless there are more texts.</summary>
    private const int StatesAtOnce = 64;

    private readonly List<NeuralCache> _caches = [];
    private RecurrentState[] _states = [];
    private RecurrentState[] _read = [];
    private float[] _logits = [];
    private int _times;

    public void Begin(int texts)
    {
        _times = Math.Max(1, StatesAtOnce / texts);
        _states = States(texts);                                              // (B)
        _read = States(texts * _times);                                       // (B, t)
        _logits = new float[texts * _times * model.VocabularySize];           // (B, t, V)
        _caches.ForEach(c => c.Clear());
        while (cache is not null && _caches.Count < texts)
        {
            _caches.Add(new NeuralCache(cache.Size, HiddenOf(_states[0]).Length, model.VocabularySize));
        }
    }

    public void Score(ReadOnlySpan<int> tokens, int length, Span<double> nats, CancellationToken cancellation)
    {
        for (var time = 0; time < length; time += _times)
        {
            cancellation.ThrowIfCancellationRequested();
            var times = Math.Min(_times, length - time);
            Read(tokens, length, time, times);
            var losses = Losses(Next(tokens, length, time, times), times);
            for (var text = 0; text < _states.Length; text++)
            {
                losses.AsSpan(text * times, times).CopyTo(nats.Slice((text * length) + time, times));
            }
        }
    }

    /// <summary>Does not dispose the model, which is owned by the caller.</summary>
    public void Dispose() => _caches.ForEach(c => c.Dispose());

    /// <summary>Reads one token of each text at each of several time steps, then computes the logits of all of
    /// them.</summary>
    private void Read(ReadOnlySpan<int> tokens, int length, int time, int times)
    {
        var now = new int[_states.Length];                                    // (B)
        for (var t = 0; t < times; t++)
        {
            for (var text = 0; text < now.Length; text++)
            {
                now[text] = tokens[(text * length) + time + t];
            }

            model.Step(now, _states, []);
            for (var text = 0; text < now.Length; text++)
            {
                _states[text].Values.CopyTo(_read[(text * times) + t].Values);
            }
        }

        var rows = now.Length * times;
        model.Advance([], new int[rows], _read.AsSpan(0, rows), _logits.AsSpan(0, rows * model.VocabularySize));
    }

    /// <returns>(B · t): the next tokens.</returns>
    private int[] Next(ReadOnlySpan<int> tokens, int length, int time, int times)
    {
        var next = new int[_states.Length * times];
        for (var text = 0; text < _states.Length; text++)
        {
            tokens.Slice((text * length) + time + 1, times).CopyTo(next.AsSpan(text * times));
        }

        return next;
    }

    /// <returns>(B · t): −ln p of each next token.</returns>
    private double[] Losses(int[] next, int times)
    {
        var nats = new double[next.Length];
        if (cache is null)
        {
            model.Share(nats.Length, row => nats[row] = Nats(LogitsOf(row), next[row]));
            return nats;
        }

        // In the order of the text: each prediction adds to its cache.
        for (var row = 0; row < nats.Length; row++)
        {
            nats[row] = CachedNats(_caches[row / times], HiddenOf(_read[row]), LogitsOf(row), next[row]);
        }

        return nats;
    }

    private double CachedNats(NeuralCache own, ReadOnlySpan<float> hidden, Span<float> logits, int next)
    {
        if (!Softmax.AllFinite(logits))
        {
            return double.NaN;
        }

        if (grid is null)
        {
            own.Mix(hidden, logits, cache!.Theta, cache.Lambda);
        }

        var nats = Nats(logits, next);
        grid?.Add(own, hidden, next, Math.Exp(-nats));
        own.Add(hidden, next);
        return nats;
    }

    /// <summary>NaN if any logit is not finite, even that of another token.</summary>
    private static double Nats(ReadOnlySpan<float> logits, int next) =>
        Softmax.AllFinite(logits) ? Logprobs.LogSumExp(logits) - logits[next] : double.NaN;

    private RecurrentState[] States(int count) =>
        [.. Enumerable.Range(0, count).Select(_ => RecurrentState.Zero(model.StateSize))];

    private Span<float> LogitsOf(int row) => _logits.AsSpan(row * model.VocabularySize, model.VocabularySize);

    private ReadOnlySpan<float> HiddenOf(RecurrentState state) => state.Values[model.TopHidden];
}
