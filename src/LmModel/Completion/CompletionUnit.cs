namespace LmModel.Completion;

/// <summary>Where a completion ends.</summary>
public enum CompletionUnit
{
    /// <summary>At the end of a word: before the first character after it that is not part of it.</summary>
    Word,

    /// <summary>At the end of a line: before its line break.</summary>
    Line,
}
