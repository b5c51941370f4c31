using LmModel.Corpora;

namespace LmModel.Evaluation.Samples;

/// <summary>The words of a training text, in whatever case.</summary>
internal sealed class KnownWords
{
    private readonly HashSet<string> _words = [];

    public KnownWords(CorpusText training, CancellationToken cancellation)
    {
        var rest = "";
        foreach (var piece in training.Pieces())
        {
            cancellation.ThrowIfCancellationRequested();
            // A word may go on in the next piece.
            var text = rest + piece;
            var end = text.Length;
            while (end > 0 && !char.IsWhiteSpace(text[end - 1]))
            {
                end--;
            }

            Add(text[..end]);
            rest = text[end..];
        }

        Add(rest);
    }

    /// <summary>Whether the training text has a word, or all parts of it between apostrophes.</summary>
    public bool Has(string word)
    {
        var key = Words.Key(word);
        return _words.Contains(key) || (key.Contains('\'') && key.Split('\'').All(_words.Contains));
    }

    private void Add(string text)
    {
        foreach (var word in Words.Of(text))
        {
            var key = Words.Key(word);
            _words.Add(key);
            // "king" is known where only "king's" was read.
            foreach (var part in key.Split('\''))
            {
                _words.Add(part);
            }
        }
    }
}
