using LmModel.Completion;

namespace LmModel;

/// <summary>What <see cref="TextModel.CompleteAsync"/> looks for.</summary>
public sealed record CompleteOptions
{
    /// <summary>How many completions are wanted, 1 to 10.</summary>
    public int Count { get; init; } = CompletionRequest.DefaultCount;

    /// <summary>Where they end.</summary>
    public CompletionUnit Until { get; init; }

    /// <summary>
    /// Number of words to which they add a character, 1 to 8; 1 with <see cref="CompletionUnit.Line"/>.
    /// </summary>
    public int Words { get; init; } = 1;

    /// <exception cref="ArgumentException">An option is outside of its range.</exception>
    internal void ThrowIfInvalid()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Count, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Count, CompletionRequest.MostCount);
        ArgumentOutOfRangeException.ThrowIfLessThan(Words, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Words, CompletionRequest.MostWords);
        if (Until is not (CompletionUnit.Word or CompletionUnit.Line))
        {
            throw new ArgumentOutOfRangeException(nameof(Until), Until, "There is no such end of a completion.");
        }

        if (Until is CompletionUnit.Line && Words != 1)
        {
            throw new ArgumentException($"{nameof(Words)} is for completions until a word's end, not a line's.");
        }
    }
}
