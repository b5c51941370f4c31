using System.IO.Enumeration;

namespace LmModel.Corpora;

/// <summary>
/// Which part of a corpus is validated on and never trained on. The same one always gives the same part.
/// </summary>
public sealed record HoldOut
{
    /// <summary>The share where nothing else is said.</summary>
    public const double DefaultShare = 0.1;

    /// <summary>
    /// Share of the characters, above 0 to 1: of one file its end, of a folder whole documents, of about that length.
    /// At 1 everything is held out, as for scoring a text that was never trained on.
    /// </summary>
    public double Share { get; init; } = DefaultShare;

    /// <summary>
    /// Documents of a folder, instead of a share: names, with or without their folder, in which * and ? stand for any.
    /// </summary>
    public IReadOnlyList<string> Documents { get; init; } = [];

    /// <summary>
    /// A file or folder of its own to validate on, instead of a share: the whole corpus is trained on.
    /// </summary>
    public string? ValidationText { get; init; }

    /// <summary>The part is named, by documents or a text of its own, instead of measured by a share.</summary>
    internal bool IsNamed => Documents.Count > 0 || ValidationText is not null;

    /// <exception cref="CorpusException">A name matches nothing, or all is held out.</exception>
    internal IReadOnlyList<CorpusDocument> Choose(Corpus corpus)
    {
        if (Documents.Count == 0)
        {
            return ByShare(corpus);
        }

        if (corpus.Documents.Count == 1)
        {
            throw new CorpusException(
                $"{corpus.Name} is one document, so none of it can be held out by name "
                    + $"({string.Join(", ", Documents)}).");
        }

        foreach (var pattern in Documents)
        {
            if (!corpus.Documents.Any(d => d.Names.Any(name => Matches(pattern, name))))
            {
                throw new CorpusException(
                    $"No document of {corpus.Name} is called '{pattern}', which is to be held out. There are "
                        + $"{Named(corpus.Documents)}.");
            }
        }

        var chosen = corpus
            .Documents.Where(d => d.Names.Any(name => Documents.Any(pattern => Matches(pattern, name))))
            .ToList();
        return chosen.Count < corpus.Documents.Count
            ? chosen
            : throw new CorpusException(
                $"All {chosen.Count} documents of {corpus.Name} are held out ({string.Join(", ", Documents)}); none is "
                    + "left to train on.");
    }

    /// <summary>The first names of a list.</summary>
    internal static string Named(IReadOnlyList<CorpusDocument> documents, int most = 20) =>
        string.Join(", ", documents.Take(most).Select(d => d.Name))
        + (documents.Count > most ? $" and {documents.Count - most} more" : "");

    /// <summary>
    /// In the order of their hashes, which has nothing to do with what they are about, until there are enough. One that
    /// would make the part a fifth too large is passed over; where that leaves none, it is the shortest document.
    /// </summary>
    private List<CorpusDocument> ByShare(Corpus corpus)
    {
        var (least, held) = (Share * corpus.Text.Length, 0L);
        var chosen = new HashSet<CorpusDocument>();
        foreach (
            var document in corpus.Documents.OrderBy(d => d.Sha256, StringComparer.Ordinal).TakeWhile(_ => held < least)
        )
        {
            if (held + document.Length <= least * 1.2)
            {
                chosen.Add(document);
                held += document.Length;
            }
        }

        return chosen.Count > 0
            ? [.. corpus.Documents.Where(chosen.Contains)]
            : [corpus.Documents.MinBy(d => d.Length)!];
    }

    private static bool Matches(string pattern, string name) =>
        FileSystemName.MatchesSimpleExpression(pattern, name, ignoreCase: false)
        || FileSystemName.MatchesSimpleExpression(pattern, name.AsSpan(name.LastIndexOf('/') + 1), ignoreCase: false);
}
