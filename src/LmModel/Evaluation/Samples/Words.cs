using System.Globalization;
using System.Text.RegularExpressions;

namespace LmModel.Evaluation.Samples;

/// <summary>Words as people count them: runs of letters and marks, with single apostrophes between them.</summary>
internal static partial class Words
{
    /// <summary>The whole words of what follows a prompt, as they are written, in order.</summary>
    /// <remarks>
    /// Neither the rest of a word that the prompt began, nor the last word, which the limit of tokens may have cut.
    /// </remarks>
    public static IEnumerable<string> Of(SampleText text) => Of(text.Text, IsOpen(text.Prompt), isCut: true);

    /// <summary>The words of a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="isContinued">Whether a word at the very beginning is only the rest of one.</param>
    /// <param name="isCut">Whether a word at the very end may go on.</param>
    public static IEnumerable<string> Of(string text, bool isContinued = false, bool isCut = false) =>
        from word in Word().Matches(text)
        where !(isContinued && word.Index == 0) && !(isCut && word.Index + word.Length == text.Length)
        select word.Value;

    /// <summary>The form in which words are compared.</summary>
    public static string Key(string word) => word.Replace('’', '\'').ToLower(CultureInfo.InvariantCulture);

    private static bool IsOpen(string prompt) => prompt.Length > 0 && char.IsLetter(prompt[^1]);

    [GeneratedRegex(@"[\p{L}\p{M}]+(?:['’][\p{L}\p{M}]+)*")]
    private static partial Regex Word();
}
