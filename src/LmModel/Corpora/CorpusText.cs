using System.Text;

namespace LmModel.Corpora;

/// <summary>
/// A text made of documents or parts of them. It is read from disk in pieces each time it is needed, with one piece in
/// memory at a time. Lengths and positions are counted in UTF-16 units.
/// </summary>
internal sealed class CorpusText
{
    /// <summary>Maximum length that <see cref="ReadToEnd"/> reads, which takes a GiB of memory.</summary>
    public const long MostInMemory = 1L << 29;

    private readonly IReadOnlyList<(CorpusDocument Document, long Start, long End)> _parts;

    internal CorpusText(IEnumerable<CorpusDocument> documents)
        : this([.. documents.Select(d => (d, 0L, d.Length))])
    {
    }

    private CorpusText(IReadOnlyList<(CorpusDocument Document, long Start, long End)> parts) =>
        (_parts, Length) = (parts, parts.Sum(p => p.End - p.Start));

    /// <summary>Length in UTF-16 units.</summary>
    public long Length { get; }

    /// <summary>The documents in this text, or the parts of them that it contains, by name.</summary>
    public IEnumerable<(string Document, CorpusText Text)> Parts =>
        _parts.Select(p => (p.Document.Name, new CorpusText([p])));

    /// <summary>The text in pieces of about ten thousand characters; no surrogate pair is split.</summary>
    /// <exception cref="CorpusException">A file has changed since the corpus was opened.</exception>
    public IEnumerable<string> Pieces()
    {
        foreach (var (document, start, end) in _parts)
        {
            var position = 0L;
            // The rest of a document after its part is not read.
            foreach (var piece in start < end ? document.Pieces() : [])
            {
                var from = (int)Math.Clamp(start - position, 0, piece.Length);
                var to = (int)Math.Clamp(end - position, 0, piece.Length);
                if (from < to)
                {
                    yield return piece[from..to];
                }

                position += piece.Length;
                if (position >= end)
                {
                    break;
                }
            }
        }
    }

    /// <summary>Reads the whole text into memory.</summary>
    /// <exception cref="CorpusException">It is longer than <see cref="MostInMemory"/>.</exception>
    public string ReadToEnd()
    {
        if (Length > MostInMemory)
        {
            throw new CorpusException(
                $"A text of {Length} characters is too long to be read at once; the maximum is {MostInMemory}.");
        }

        var text = new StringBuilder((int)Length);
        foreach (var piece in Pieces())
        {
            text.Append(piece);
        }

        return text.ToString();
    }

    /// <summary>
    /// Pieces spread evenly over the text, about <paramref name="most"/> characters in total, or the whole text if it
    /// is shorter.
    /// </summary>
    public IEnumerable<string> Sample(long most)
    {
        var (read, taken) = (0L, 0L);
        foreach (var piece in Pieces())
        {
            read += piece.Length;
            if (Length <= most || taken + piece.Length <= (double)most * read / Length)
            {
                taken += piece.Length;
                yield return piece;
            }
        }
    }

    /// <summary>
    /// The first <paramref name="length"/> characters and the rest; one fewer if that would split a surrogate pair.
    /// </summary>
    internal (CorpusText First, CorpusText Last) CutAt(long length)
    {
        length = Math.Clamp(length - (CutsPair(length) ? 1 : 0), 0, Length);
        var (first, rest) = (new List<(CorpusDocument, long, long)>(), new List<(CorpusDocument, long, long)>());
        var left = length;
        foreach (var (document, start, end) in _parts)
        {
            var cut = start + Math.Min(left, end - start);
            left -= cut - start;
            first.Add((document, start, cut));
            rest.Add((document, cut, end));
        }

        return (new CorpusText(first), new CorpusText(rest));
    }

    private bool CutsPair(long place)
    {
        var position = 0L;
        foreach (var piece in Pieces())
        {
            if (place < position + piece.Length)
            {
                return place > position && char.IsLowSurrogate(piece[(int)(place - position)]);
            }

            position += piece.Length;
        }

        return false;
    }
}
