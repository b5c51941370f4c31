using LmModel.Inference;

namespace LmApi.Tests.Support;

/// <summary>
/// A model in a few lines of integer arithmetic, so that its texts are the same on every machine: it prefers the token
/// after the last one, by a margin that its state, how many tokens it has read, changes. Steps pass a gate.
/// </summary>
internal sealed class GatedStepModel : IStepModel
{
    private readonly FakeStepModel _model;

    public GatedStepModel(int vocabularySize) =>
        _model = new FakeStepModel(PreferTheNext, vocabularySize) { Records = false };

    public int VocabularySize => _model.VocabularySize;

    public int StateSize => _model.StateSize;

    public StepGate Gate { get; } = new();

    /// <summary>Steps begun.</summary>
    public int Steps { get; private set; }

    /// <summary>Thrown by the next step, once.</summary>
    public Exception? Failure { get; set; }

    /// <summary>Given as the logit of the first token, where it is set.</summary>
    public float? FirstLogit { get; set; }

    /// <summary>Called by every step, on the decode thread.</summary>
    public Action? OnStep { get; set; }

    public void Advance(
        ReadOnlySpan<int> tokens, ReadOnlySpan<int> lengths, ReadOnlySpan<RecurrentState> states, Span<float> logits)
    {
        Steps++;
        Gate.Pass();
        OnStep?.Invoke();
        if (Failure is { } failure)
        {
            Failure = null;
            throw failure;
        }

        _model.Advance(tokens, lengths, states, logits);
    }

    public void Dispose() => Gate.Open();

    private void PreferTheNext(int token, Span<float> memory, Span<float> logits)
    {
        var read = ++memory[0];
        logits[(token + 1) % logits.Length] = 4 - (read % 3);
        logits[(token + 2) % logits.Length] = 1;
        logits[0] = FirstLogit ?? logits[0];
    }
}
