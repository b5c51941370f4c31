using LmModel.Guard;
using LmModel.Tokenization;

namespace LmModel.Completion;

/// <summary>A text to complete, valid for one model.</summary>
/// <param name="Text">The text as it was typed.</param>
/// <param name="Open">The same, cut where its tokens are certain.</param>
/// <param name="Count">How many completions are wanted, at least 1.</param>
/// <param name="End">Where they end.</param>
internal sealed record CompletionRequest(string Text, OpenText Open, int Count, CompletionEnd End)
{
    /// <summary>Most completions of a text.</summary>
    public const int MostCount = 10;

    /// <summary>How many are wanted where nothing is said.</summary>
    public const int DefaultCount = 3;

    /// <summary>Most words of a completion.</summary>
    public const int MostWords = 8;

    /// <summary>Runs of the training text that no completion may end; null for no such rule.</summary>
    public VerbatimRule? Guard { get; init; }

    /// <summary>The word at the end of the text that completions continue; empty after anything else.</summary>
    public string OpenWord => Text[WordEnd.OpenWordStart(Text)..];
}
