namespace LmModel.Corpora;

/// <summary>
/// Reads the words of documents and creates a <see cref="Sketch"/> of each document, or of each passage of it: whole
/// lines with at least <see cref="LeastWords"/> words, starting again after a blank line.
/// </summary>
/// <param name="byPassage">Whether to sketch passages instead of documents.</param>
/// <param name="found">Receives the sketches, each with its position.</param>
internal sealed class PassageReader(bool byPassage, Action<Sketch, CorpusPlace> found)
{
    /// <summary>Minimum number of words in a passage; shorter ones, such as headings, may legitimately
    /// repeat.</summary>
    public const int LeastWords = 50;

    // FNV-1a with 64 bits, over UTF-16 units.
    private const ulong Offset = 14695981039346656037;
    private const ulong Prime = 1099511628211;

    private readonly SketchBuilder _sketch = new();
    private string _document = "";
    private ulong _word = Offset;
    private int _wordsOfLine;
    private long _line = 1;
    private CorpusPlace _begin;

    public void BeginDocument(string name)
    {
        (_document, _line, _wordsOfLine) = (name, 1, 0);
        _begin = new CorpusPlace(name, 1, 0);
    }

    /// <param name="characters">The next characters.</param>
    /// <param name="start">The position of the first byte.</param>
    public void Read(ReadOnlySpan<char> characters, long start)
    {
        var (counted, at) = (0, start);
        for (var i = 0; i < characters.Length; i++)
        {
            var c = characters[i];
            if (char.IsLetterOrDigit(c) || char.IsSurrogate(c))
            {
                _word = (_word ^ char.ToLowerInvariant(c)) * Prime;
                continue;
            }

            EndWord();
            if (c != '\n')
            {
                continue;
            }

            _line++;
            if (byPassage && (_wordsOfLine == 0 || _sketch.Words >= LeastWords))
            {
                EndPassage(LeastWords);
                at += System.Text.Encoding.UTF8.GetByteCount(characters[counted..(i + 1)]);
                counted = i + 1;
                _begin = new CorpusPlace(_document, _line, at);
            }

            _wordsOfLine = 0;
        }
    }

    public void EndDocument()
    {
        EndWord();
        EndPassage(byPassage ? LeastWords : 1);
    }

    private void EndWord()
    {
        if (_word != Offset)
        {
            _sketch.Add(_word);
            _wordsOfLine++;
            _word = Offset;
        }
    }

    private void EndPassage(int leastWords)
    {
        if (_sketch.Take() is var sketch && sketch.Words >= leastWords)
        {
            found(sketch, _begin);
        }
    }
}
