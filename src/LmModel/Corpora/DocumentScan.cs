using System.Buffers;
using System.Security.Cryptography;

namespace LmModel.Corpora;

/// <summary>
/// Reads a document once: checks that it is text, and determines its length, its hash and its suspicious passages.
/// </summary>
internal sealed class DocumentScan
{
    /// <summary>One control character is allowed per this many characters; a file with more is considered
    /// binary.</summary>
    private const int CharactersPerControl = 1000;

    private const int ControlsAllowed = 8;

    private static readonly SearchValues<char> Suspects = SearchValues.Create(
    [
        .. Enumerable.Range(0, 32).Where(c => c is < '\t' or > '\r').Select(c => (char)c),
        '\u007f', '\ufffd', CorpusDocument.ByteOrderMark, 'Ã', 'Â', 'â',
    ]);

    private readonly string _name;
    private readonly string _path;
    private readonly Func<Stream> _open;
    private readonly CancellationToken _cancellation;
    private readonly Action<Finding, CorpusPlace, long> _found;
    private readonly PassageReader _passages;

    // For the current block, by kind: the number of occurrences and the index of the first. Computing a position takes
    // a pass over the block, so it is done once for each kind and block, however many occurrences there are.
    private readonly Dictionary<Finding, (int First, long Count)> _inBlock = [];
    private long _line = 1;
    private long _length;
    private long _controls;
    private char _last;

    private DocumentScan(
        string name, string path, Func<Stream> open, Action<Finding, CorpusPlace, long> found, PassageReader passages,
        CancellationToken cancellation) =>
        (_name, _path, _open, _found, _passages, _cancellation) = (name, path, open, found, passages, cancellation);

    /// <summary>Whether a file has too many control characters, not counting white space, to be text.</summary>
    public static bool AreTooMany(long controls, long characters) =>
        controls > ControlsAllowed && controls > characters / CharactersPerControl;

    /// <param name="name">The name of the document.</param>
    /// <param name="path">The file, for messages.</param>
    /// <param name="open">Opens its bytes; may be called repeatedly.</param>
    /// <param name="found">Receives each finding in a block: its kind, its first position, and the number of
    /// occurrences.</param>
    /// <param name="passages">Reads its words.</param>
    /// <param name="addLineBreak">Whether to add a line break to its end if it has none.</param>
    /// <param name="cancellation">Stops this and every later read of the document.</param>
    /// <exception cref="CorpusException">The file is not text.</exception>
    public static CorpusDocument Read(
        string name, string path, Func<Stream> open, Action<Finding, CorpusPlace, long> found, PassageReader passages,
        bool addLineBreak, CancellationToken cancellation = default)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var scan = new DocumentScan(name, path, open, found, passages, cancellation);
        var bytes = 0L;
        using (var blocks = new Utf8Blocks(open(), hash, cancellation))
        {
            while (blocks.Read())
            {
                scan.Read(blocks);
                bytes = blocks.Start + blocks.Bytes.Length;
            }
        }

        passages.EndDocument();
        var adds = addLineBreak && scan._length > 0 && scan._last != '\n';
        return new CorpusDocument(name, open, cancellation)
        {
            Bytes = bytes,
            Sha256 = Convert.ToHexStringLower(hash.GetHashAndReset()),
            Length = scan._length + (adds ? 1 : 0),
            AddsLineBreak = adds,
        };
    }

    private void Read(Utf8Blocks block)
    {
        var characters = block.Characters;
        _inBlock.Clear();
        for (var i = 0; characters[i..].IndexOfAny(Suspects) is >= 0 and var next; i += next + 1)
        {
            Look(block, i + next);
        }

        if (block.InvalidAt is not null || characters.Contains('\0'))
        {
            throw new CorpusException(EncodingGuess.Describe(_path, _open, _cancellation));
        }

        if (characters.Count('\r') is > 0 and var carriageReturns)
        {
            Found(Finding.CarriageReturn, characters.IndexOf('\r'), carriageReturns);
        }

        foreach (var (finding, (first, count)) in _inBlock)
        {
            _found(finding, PlaceOf(block, first), count);
        }

        _passages.Read(characters, block.ByteOf(0));
        _line += characters.Count('\n');
        _length += characters.Length - _inBlock.GetValueOrDefault(Finding.ByteOrderMark).Count;
        _last = characters.TrimEnd(CorpusDocument.ByteOrderMark) is [.., var last] ? last : _last;
        if (AreTooMany(_controls, _length))
        {
            throw new CorpusException(EncodingGuess.Describe(_path, _open, _cancellation));
        }
    }

    private void Look(Utf8Blocks block, int index)
    {
        var characters = block.Characters;
        var next = index + 1 < characters.Length ? characters[index + 1] : ' ';
        switch (characters[index])
        {
            case '\ufffd':
                Found(Finding.Replacement, index);
                break;
            case CorpusDocument.ByteOrderMark:
                Found(Finding.ByteOrderMark, index);
                break;
            // The first and second byte of a character of two or three bytes, each read as a separate letter.
            case 'Ã' or 'Â' when next is >= '\u0080' and <= '\u00bf':
            case 'â' when next is '€' or '\u0080':
                Found(Finding.Mojibake, index);
                break;
            case < ' ' or '\u007f':
                _controls++;
                Found(Finding.Control, index);
                break;
        }
    }

    private void Found(Finding finding, int index, long count = 1)
    {
        var (first, before) = _inBlock.GetValueOrDefault(finding, (index, 0));
        _inBlock[finding] = (first, before + count);
    }

    private CorpusPlace PlaceOf(Utf8Blocks block, int index) =>
        new(_name, _line + block.Characters[..index].Count('\n'), block.ByteOf(index));
}
