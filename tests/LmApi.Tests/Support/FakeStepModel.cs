using LmModel.Inference;

namespace LmApi.Tests.Support;

/// <summary>
/// A model in a few lines of integer arithmetic, so that its texts are the same on every machine: it prefers the token
/// after the last one, by a margin that its state (how many tokens it has read, and the last logits) changes. Steps
/// pass a gate.
/// </summary>
internal sealed class FakeStepModel(int vocabularySize) : IStepModel
{
    private readonly StepGate _gate = new();

    public int VocabularySize => vocabularySize;

    public int StateSize => 1 + vocabularySize;

    public StepGate Gate => _gate;

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
        _gate.Pass();
        OnStep?.Invoke();
        if (Failure is { } failure)
        {
            Failure = null;
            throw failure;
        }

        for (var i = 0; i < states.Length; i++)
        {
            var state = states[i].Values;
            var row = state[1..];
            foreach (var token in tokens[..lengths[i]])
            {
                var read = ++state[0];
                row.Clear();
                row[(token + 1) % vocabularySize] = 4 - (read % 3);
                row[(token + 2) % vocabularySize] = 1;
                row[0] = FirstLogit ?? row[0];
            }

            tokens = tokens[lengths[i]..];
            if (i * vocabularySize < logits.Length)
            {
                row.CopyTo(logits[(i * vocabularySize)..]);
            }
        }
    }

    public void Dispose() => _gate.Open();
}
