namespace LmModel.Inference;

/// <summary>The checks that every step model makes before it changes anything.</summary>
internal static class StepArguments
{
    /// <exception cref="ArgumentException">The arguments of <see cref="IStepModel.Advance"/> do not fit.</exception>
    public static void Check(
        IStepModel model,
        ReadOnlySpan<int> tokens,
        ReadOnlySpan<int> lengths,
        ReadOnlySpan<RecurrentState> states,
        ReadOnlySpan<float> logits)
    {
        var (v, sum) = (model.VocabularySize, 0);
        ArgumentOutOfRangeException.ThrowIfZero(states.Length, nameof(states));
        ArgumentOutOfRangeException.ThrowIfNotEqual(lengths.Length, states.Length, nameof(lengths));
        foreach (var length in lengths)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(length, nameof(lengths));
            sum = checked(sum + length);
        }

        ArgumentOutOfRangeException.ThrowIfNotEqual(tokens.Length, sum, nameof(tokens));
        ArgumentOutOfRangeException.ThrowIfNotEqual(logits.Length % v, 0, nameof(logits));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(logits.Length, v * states.Length, nameof(logits));
        foreach (var id in tokens)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(id, nameof(tokens));
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(id, v, nameof(tokens));
        }

        foreach (var state in states)
        {
            ArgumentOutOfRangeException.ThrowIfNotEqual(state.Values.Length, model.StateSize, nameof(states));
        }
    }
}
