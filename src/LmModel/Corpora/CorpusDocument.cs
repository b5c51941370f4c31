namespace LmModel.Corpora;

/// <summary>One text file of a corpus; its text is read from disk whenever it is asked for.</summary>
internal sealed class CorpusDocument
{
    /// <summary>
    /// U+FEFF: at the beginning of a file a mark of its encoding, inside of one what joining such files leaves.
    /// </summary>
    internal const char ByteOrderMark = '\uFEFF';

    private readonly Func<Stream> _open;
    private readonly CancellationToken _cancellation;

    /// <param name="name">What it is called.</param>
    /// <param name="open">Opens its bytes, as often as it is asked.</param>
    /// <param name="cancellation">Ends every reading of it between two blocks.</param>
    internal CorpusDocument(string name, Func<Stream> open, CancellationToken cancellation) =>
        (Names, _open, _cancellation) = ([name], open, cancellation);

    /// <summary>The file's name; in a folder its path below that, with slashes.</summary>
    public string Name => Names[0];

    /// <summary>Its name, and those of other files of the corpus that are the same byte for byte.</summary>
    internal List<string> Names { get; }

    /// <summary>Size of the file.</summary>
    public required long Bytes { get; init; }

    /// <summary>SHA-256 of the file's bytes, lower-case hexadecimal.</summary>
    public required string Sha256 { get; init; }

    /// <summary>
    /// Characters, counted in UTF-16 units, without byte order marks and with the line break that was added.
    /// </summary>
    public required long Length { get; init; }

    /// <summary>A line break is added to its end, so that the next document begins on a line of its own.</summary>
    internal bool AddsLineBreak { get; init; }

    /// <summary>
    /// Its text in pieces of some ten thousand characters, without byte order marks; no surrogate pair is cut.
    /// </summary>
    /// <exception cref="CorpusException">The file is not what it was when the corpus was opened.</exception>
    internal IEnumerable<string> Pieces()
    {
        var left = Length - (AddsLineBreak ? 1 : 0);
        using var blocks = new Utf8Blocks(_open(), cancellation: _cancellation);
        while (blocks.Read())
        {
            var piece = blocks.Characters.ToString().Replace($"{ByteOrderMark}", "", StringComparison.Ordinal);
            left -= piece.Length;
            if (blocks.InvalidAt is not null || left < 0)
            {
                break;
            }

            yield return piece;
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
