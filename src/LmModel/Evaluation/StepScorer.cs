using LmModel.Inference;
using LmModel.Sampling;

namespace LmModel.Evaluation;

/// <summary>Scores with what decodes: the texts are a batch, of which each step reads one token.</summary>
internal sealed class StepScorer(IStepModel model) : IScorer
{
    private RecurrentState[] _states = [];
    private int[] _tokens = [];
    private float[] _logits = [];

    public void Begin(int texts)
    {
        _states = [.. Enumerable.Range(0, texts).Select(_ => RecurrentState.Zero(model.StateSize))];
        _tokens = new int[texts];                                             // (B)
        _logits = new float[texts * model.VocabularySize];                    // (B, V)
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
                var logits = _logits.AsSpan(text * model.VocabularySize, model.VocabularySize);
                var place = (text * length) + time;
                nats[place] = Logprobs.LogSumExp(logits) - logits[tokens[place + 1]];
            }
        }
    }

    /// <summary>The model is its owner's.</summary>
    public void Dispose()
    {
    }
}
