namespace LmModel.Corpora;

/// <summary>One text file of a corpus; its text is read from disk each time it is needed.</summary>
internal sealed class CorpusDocument
{
    /// <summary>
    /// U+FEFF: at the beginning of a file it marks the encoding; inside a file it is left over from joining files.
    /// </summary>
    internal const char ByteOrderMark = '\uFEFF';

    private readonly Func<Stream> _open;
    private readonly CancellationToken _cancellation;

    /// <param name="name">Its name.</param>

    /// <param name="open">Opens its bytes; may be called repeatedly.</param>
    /// <param name="cancellation">Stops every read of it between two blocks.</param>
    internal CorpusDocument(string name, Func<Stream> open, CancellationToken cancellation) =>
        (Names, _open, _cancellation) = ([name], open, cancellation);

    /// <summary>The name of the file; in a folder, its path relative to the folder, with slashes.</summary>
    public string Name => Names[0];

    /// <summary>Its name, and the names of other files in the corpus with the same bytes.</summary>
    internal List<string> Names { get; }

    /// <summary>Size of the file.</summary>
    public required long Bytes { get; init; }

    /// <summary>SHA-256 of the file's bytes, lower-case hexadecimal.</summary>
    public required string Sha256 { get; init; }

    /// <summary>
    /// Number of characters in UTF-16 units, without byte order marks and including an added line break.
    /// </summary>
    public required long Length { get; init; }

    /// <summary>Whether a line break is added to its end, so that the next document begins on its own line.</summary>
    internal bool AddsLineBreak { get; init; }

    /// <summary>
    /// Its text in pieces of about ten thousand characters, without byte order marks; no surrogate pair is split.
    /// </summary>
    /// <exception cref="CorpusException">The file has changed since the corpus was opened.</exception>
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
