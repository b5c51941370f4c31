using System.Text.RegularExpressions;

namespace LmModel.Evaluation.Samples;

/// <summary>Names in a text: words with a capital where the grammar asks for none.</summary>
internal static partial class Names
{
    /// <summary>Each name, as often as it occurs, with the place where it begins.</summary>
    /// <remarks>
    /// Not I, and not a word after the end of a sentence, a quotation mark, a colon or a line break, where any word has
    /// a capital. A text in capitals, such as a title, has no names.
    /// </remarks>
    public static IEnumerable<(string Name, int Place)> Of(string text) =>
        from match in Candidate().Matches(text)
        let word = match.Groups["name"]
        where word.Index + word.Length < text.Length
        select (WithoutOwner(word.Value), word.Index);

    private static string WithoutOwner(string name) =>
        name.EndsWith("'s", StringComparison.Ordinal) || name.EndsWith("’s", StringComparison.Ordinal)
            ? name[..^2] : name;

    [GeneratedRegex(@"(?<=[\p{L}\p{M},;] )(?<name>\p{Lu}\p{Ll}+(?:['’]\p{Ll}+)?)(?![\p{L}\p{M}])")]
    private static partial Regex Candidate();
}
