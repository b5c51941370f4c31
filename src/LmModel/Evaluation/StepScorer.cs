using LmModel.Inference;
using LmModel.Sampling;

namespace LmModel.Evaluation;

/// <summary>Scores with what decodes: the texts are a batch, of which each step reads one token.</summary>
/// <param name="model">What steps; its owner's.</param>
/// <param name="cache">Each text's neural cache, empty where it begins; null for the model alone.</param>
/// <param name="grid">Is told every prediction of the model and its cache, which is then not mixed in; null for no search.</param>
internal sealed class StepScorer(IStepModel model, NeuralCacheSettings? cache = null, CacheGrid? grid = null) : IScorer
{
    private readonly List<NeuralCache> _caches = [];
    private RecurrentState[] _states = [];
    private int[] _tokens = [];
    private float[] _logits = [];

    public void Begin(int texts)
    {
        _states = [.. Enumerable.Range(0, texts).Select(_ => RecurrentState.Zero(model.StateSize))];
        _tokens = new int[texts];                                             // (B)
        _logits = new float[texts * model.VocabularySize];                    // (B, V)
        _caches.ForEach(c => c.Clear());
        while (cache is not null && _caches.Count < texts)
        {
            _caches.Add(new NeuralCache(cache.Size, HiddenOf(text: 0).Length, model.VocabularySize));
        }
    }

    public void Score(ReadOnlySpan<int> tokens, int length, Span<double> nats)
    {
        for (var time = 0; time < length; time++)
        {
            for (var text = 0; text < _tokens.Length; text++)
            {
                _tokens[text] = tokens[(text * length) + time];
            }

            model.Step(_tokens, _states, _logits);
            for (var text = 0; text < _tokens.Length; text++)
            {
                var place = (text * length) + time;
                nats[place] = Nats(text, tokens[place + 1]);
            }
        }
    }

    /// <summary>The model is its owner's.</summary>
    public void Dispose() => _caches.ForEach(c => c.Dispose());

    private double Nats(int text, int next)
    {
        var logits = _logits.AsSpan(text * model.VocabularySize, model.VocabularySize);
        if (cache is not null && grid is null)
        {
            _caches[text].Mix(HiddenOf(text), logits, cache.Theta, cache.Lambda);
        }

        var nats = Logprobs.LogSumExp(logits) - logits[next];
        grid?.Add(_caches[text], HiddenOf(text), next, Math.Exp(-nats));
        if (cache is not null)
        {
            _caches[text].Add(HiddenOf(text), next);
        }

        return nats;
    }

    private ReadOnlySpan<float> HiddenOf(int text) => _states[text].Values[model.TopHidden];
}
