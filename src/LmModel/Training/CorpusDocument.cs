namespace LmModel.Training;

/// <summary>One text file of a corpus; its text is read from disk whenever it is asked for.</summary>
public sealed class CorpusDocument
{
    private readonly Func<Stream> _open;
    private readonly CancellationToken _cancellation;

    /// <param name="open">Opens its bytes, as often as it is asked.</param>
    /// <param name="cancellation">Ends every reading of it between two blocks.</param>
    internal CorpusDocument(Func<Stream> open, CancellationToken cancellation) => (_open, _cancellation) = (open, cancellation);

    /// <summary>The file's name; in a folder its path below that, with slashes.</summary>
    public required string Name { get; init; }

    /// <summary>Size of the file.</summary>
    public required long Bytes { get; init; }

    /// <summary>SHA-256 of the file's bytes, lower-case hexadecimal.</summary>
    public required string Sha256 { get; init; }

    /// <summary>Characters, counted in UTF-16 units, a line break that was added among them.</summary>
    public required long Length { get; init; }

    /// <summary>A line break is added to its end, so that the next document begins on a line of its own.</summary>
    internal bool AddsLineBreak { get; init; }

    /// <summary>Its text in pieces of some ten thousand characters; no surrogate pair is cut.</summary>
    /// <exception cref="CorpusException">The file is not what it was when the corpus was opened.</exception>
    internal IEnumerable<string> Pieces()
    {
        var left = Length - (AddsLineBreak ? 1 : 0);
        using var blocks = new Utf8Blocks(_open(), cancellation: _cancellation);
        while (blocks.Read())
        {
            left -= blocks.Characters.Length;
            if (blocks.InvalidAt is not null || left < 0)
            {
                break;
            }

            yield return blocks.Characters.ToString();
        }

        if (left != 0 || blocks.InvalidAt is not null)
        {
            throw new CorpusException($"{Name} was changed while it was being read.");
        }

        if (AddsLineBreak)
        {
            yield return "\n";
        }
    }
}
