using System.Text;

namespace LmModel.Corpora;

/// <summary>
/// A text made of documents and parts of them. It is read from disk in pieces, as often as it is asked for, and one
/// piece at a time is in memory. Lengths and places are counted in UTF-16 units.
/// </summary>
internal sealed class CorpusText
{
    /// <summary>The most that <see cref="ReadToEnd"/> reads: a GiB of memory.</summary>
    public const long MostInMemory = 1L << 29;

    private readonly IReadOnlyList<(CorpusDocument Document, long Start, long End)> _parts;

    internal CorpusText(IEnumerable<CorpusDocument> documents)
        : this([.. documents.Select(d => (d, 0L, d.Length))])
    {
    }

    private CorpusText(IReadOnlyList<(CorpusDocument Document, long Start, long End)> parts) =>
        (_parts, Length) = (parts, parts.Sum(p => p.End - p.Start));

    /// <summary>UTF-16 units.</summary>
    public long Length { get; }

    /// <summary>The documents it is made of, or what it has of them, by their names.</summary>
    public IEnumerable<(string Document, CorpusText Text)> Parts =>
        _parts.Select(p => (p.Document.Name, new CorpusText([p])));

    /// <summary>The text in pieces of some ten thousand characters; no surrogate pair is cut.</summary>
    /// <exception cref="CorpusException">A file is not what it was when the corpus was opened.</exception>
    public IEnumerable<string> Pieces()
    {
        foreach (var (document, start, end) in _parts)
        {
            var position = 0L;
            // What is left of a document behind its part is not read.
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

    /// <summary>All of it in memory.</summary>
    /// <exception cref="CorpusException">It is longer than <see cref="MostInMemory"/>.</exception>
    public string ReadToEnd()
    {
        if (Length > MostInMemory)
        {
            throw new CorpusException(
                $"A text of {Length} characters is too long to be read whole; {MostInMemory} are the most.");
        }

        var text = new StringBuilder((int)Length);
        foreach (var piece in Pieces())
        {
            text.Append(piece);
        }

        return text.ToString();
    }

    /// <summary>
    /// Pieces spread evenly over the text, together about <paramref name="most"/> characters; all where it has no more.
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
    /// The first <paramref name="length"/> characters and the rest; one fewer where that would cut a pair.
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
