using LmModel.Inference;

namespace LmApi.Tests.Support;

/// <summary>
/// A model in a few lines of integer arithmetic, so that its texts are the same on every machine: it prefers the token
/// after the last one, by a margin that its state (how many tokens it has read) changes. Steps pass a gate.
/// </summary>
internal sealed class FakeStepModel(int vocabularySize) : IStepModel
{
    private readonly StepGate _gate = new();

    public int VocabularySize => vocabularySize;

    public int StateSize => 1;

    public StepGate Gate => _gate;

    /// <summary>Steps begun.</summary>
    public int Steps { get; private set; }

    /// <summary>Thrown by the next step, once.</summary>
    public Exception? Failure { get; set; }

    /// <summary>Called by every step, on the decode thread.</summary>
    public Action? OnStep { get; set; }

    public void Step(ReadOnlySpan<int> tokens, ReadOnlySpan<RecurrentState> states, Span<float> logits)
    {
        Steps++;
        _gate.Pass();
        OnStep?.Invoke();
        if (Failure is { } failure)
        {
            Failure = null;
            throw failure;
        }

        for (var i = 0; i < tokens.Length; i++)
        {
            var read = ++states[i].Values[0];
            var row = logits.Slice(i * vocabularySize, vocabularySize);
            row.Clear();
            row[(tokens[i] + 1) % vocabularySize] = 4 - (read % 3);
            row[(tokens[i] + 2) % vocabularySize] = 1;
        }
    }

    public void Dispose() => _gate.Open();
}
