using System.Buffers;
using System.Text;

namespace LmModel.Completion;

/// <summary>Knows where completions end, and how a token that may come next decides it.</summary>
internal abstract class CompletionEnd
{
    /// <summary>Tokens of the longest completion; it is cut off there.</summary>
    public abstract int MostTokens { get; }

    /// <summary>
    /// Hypotheses of the same number of tokens that a search reads at most: the width of its beam.
    /// </summary>
    /// <param name="count">Completions wanted.</param>
    public abstract int Width(int count);

    /// <summary>
    /// A completion ends only where its end is more probable than any token that would continue it. Otherwise every
    /// possible end counts.
    /// </summary>
    public virtual bool EndsWhereMostProbable => false;

    /// <summary>Looks for the end in what would be inserted.</summary>
    /// <param name="insert">Whole characters; may be empty.</param>
    public abstract EndState Find(string insert);

    /// <summary>What a character means for the end of a completion.</summary>
    public abstract NextCharacter Kind(Rune character);

    /// <summary>What a token means as the next one, by its first character.</summary>
    /// <param name="bytes">Of the token.</param>
    public NextCharacter Kind(ReadOnlySpan<byte> bytes) =>
        Rune.DecodeFromUtf8(bytes, out var first, out _) is OperationStatus.Done ? Kind(first) : NextCharacter.Unknown;
}

/// <summary>What the next character means for the end of a completion.</summary>
internal enum NextCharacter : byte
{
    /// <summary>It is cut between two tokens, or not a character at all.</summary>
    Unknown,

    /// <summary>The completion continues.</summary>
    Inside,

    /// <summary>An apostrophe: the completion continues if a letter follows.</summary>
    Apostrophe,

    /// <summary>The completion has ended before it.</summary>
    Outside,
}

/// <summary>What is known about the end of a completion.</summary>
/// <param name="EndedAt">Where it has ended, in UTF-16 units; null if it has not.</param>
/// <param name="MayEndAt">Where it ends if the next character says so; null if it cannot end yet.</param>
/// <param name="EndsBeforeApostrophe">An apostrophe as the next character ends it too.</param>
internal readonly record struct EndState(int? EndedAt, int? MayEndAt, bool EndsBeforeApostrophe)
{
    /// <summary>Whether a next token of this kind ends the completion.</summary>
    public bool Ends(NextCharacter next) =>
        next is NextCharacter.Outside || (next is NextCharacter.Apostrophe && EndsBeforeApostrophe);
}
