using System.Globalization;

namespace LmModel.Corpora;

/// <summary>Suspicious text in a corpus that can still be trained on: the number of occurrences and the first place of
/// each kind.</summary>
internal sealed class CorpusFindings
{
    /// <summary>With fewer characters, a model hardly learns more than how words are spelled.</summary>
    public const int FewCharacters = 100_000;

    private readonly Dictionary<Finding, (long Count, CorpusPlace First, int Documents, string Last)> _found = [];

    public void Add(Finding finding, CorpusPlace place, long count)
    {
        var (before, first, documents, last) = _found.GetValueOrDefault(finding, (0, place, 0, ""));
        _found[finding] = (before + count, first, documents + (last == place.Document ? 0 : 1), place.Document);
    }

    /// <summary>One or two sentences for each kind.</summary>
    public IEnumerable<string> Warnings => _found.OrderBy(f => f.Key).Select(f => string.Create(
        CultureInfo.InvariantCulture,
                    $"{f.Value.First}: {Describe(f.Key)} In all "
                        + $"{f.Value.Count:N0}{(f.Value.Documents > 1 ? $" in {f.Value.Documents:N0} documents" : "")}."
                ));

    public static string TooShort(string name, long length) => string.Create(
        CultureInfo.InvariantCulture,
        $"{name} has only {length:N0} characters, and a model learns little from that: "
            + $"{FewCharacters:N0} are few, 1,000,000 are sensible.");

    private static string Describe(Finding finding) => finding switch
    {
        Finding.Empty => "the file is empty or not a regular file; it is left out.",
        Finding.Copy => "the file has the same bytes as an earlier one; copies and links are left out.",
        Finding.FolderLink =>
            "a link to a folder that is read anyway, or that contains this corpus; it is not followed.",
        Finding.Replacement => "U+FFFD, which replaces a character that was lost in an earlier conversion.",
        Finding.ByteOrderMark =>
            "a byte order mark (U+FEFF) inside the text, as after joining files that begin with one; "
                + "it is left out.",
        Finding.Mojibake =>
            "two characters such as Ã© instead of one letter: UTF-8 was once read as Latin-1 or Windows-1252.",
        Finding.Control => "a control character that is neither white space nor a line break.",
        _ => "a line ends with a carriage return, which the model will learn to write; dos2unix removes them.",
    };
}

/// <summary>Kinds of suspicious text.</summary>
internal enum Finding
{
    Empty,
    Copy,
    FolderLink,
    Replacement,
    ByteOrderMark,
    Mojibake,
    Control,
    CarriageReturn,
}
