using System.IO.Enumeration;

namespace LmModel.Corpora;

/// <summary>
/// The part of a corpus that is used for validation and never trained on. The same value always selects the same part.
/// </summary>
public sealed record HoldOut
{
    /// <summary>The default share.</summary>
    public const double DefaultShare = 0.1;

    /// <summary>
    /// Share of the characters, above 0 and at most 1: the end of a single file, or whole documents of a folder with
    /// about that total length. With 1 everything is held out, in order to score a text that was never trained on.
    /// </summary>
    public double Share { get; init; } = DefaultShare;

    /// <summary>
    /// Documents of a folder, instead of a share: names, with or without their folder, in which * and ? are wildcards.
    /// </summary>
    public IReadOnlyList<string> Documents { get; init; } = [];

    /// <summary>
    /// A separate file or folder to validate on, instead of a share; the whole corpus is trained on.
    /// </summary>
    public string? ValidationText { get; init; }

    /// <summary>Whether the part is specified by name, as documents or a separate text, instead of by a
    /// share.</summary>
    internal bool IsNamed => Documents.Count > 0 || ValidationText is not null;

    /// <exception cref="CorpusException">A name matches nothing, or everything is held out.</exception>
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
                    $"No document of {corpus.Name} matches '{pattern}', which is to be held out. There are "
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

    /// <summary>The first names of a list of documents.</summary>
    internal static string Named(IReadOnlyList<CorpusDocument> documents, int most = 20) =>
        string.Join(", ", documents.Take(most).Select(d => d.Name))
        + (documents.Count > most ? $" and {documents.Count - most} more" : "");

    /// <summary>
    /// Takes documents in the order of their hashes, which is unrelated to their contents, until there are enough. A
    /// document that would make the part a fifth too large is skipped; if that leaves none, the shortest document is
    /// taken.
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
