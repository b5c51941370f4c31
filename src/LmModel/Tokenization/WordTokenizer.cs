using System.Runtime.InteropServices;
using System.Text;

namespace LmModel.Tokenization;

/// <summary>
/// One token per word, which is a sequence of characters between white space, and one per line end: for corpora that
/// are already split into words by spaces, such as WikiText-2 (Merity et al. 2016), whose line ends are the
/// literature's <c>&lt;eos&gt;</c>.
/// </summary>
/// <remarks>
/// A word is decoded as a space and the word, a line end as a space and a line feed. A text whose lines are <c>" a b c
/// \n"</c>, as in WikiText, is therefore restored byte for byte, any other text except for its white space. A word that
/// is not in the vocabulary is read as <see cref="UnknownWord"/>, so every text has tokens. A lone surrogate is read as
/// U+FFFD.
/// </remarks>
internal sealed class WordTokenizer : Tokenizer
{
    /// <summary>The line end in the vocabulary.</summary>
    public const string LineEnd = "\n";

    /// <summary>
    /// Represents words that are not in the vocabulary; a text may also have it as a word, as WikiText does.
    /// </summary>
    public const string UnknownWord = "<unk>";

    /// <summary>The smallest vocabulary: line end, unknown word and one word.</summary>
    public const int LeastVocabularySize = 3;

    private readonly string[] _vocabulary;
    private readonly byte[][] _bytes;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _ids;

    /// <param name="vocabulary">Words, <see cref="LineEnd"/> and <see cref="UnknownWord"/> in the order of their
    /// ids.</param>
    /// <exception cref="ArgumentException">
    /// A word appears twice, is empty or has white space, or the line end or the unknown word is missing; the message
    /// says which.
    /// </exception>
    internal WordTokenizer(IReadOnlyList<string> vocabulary)
    {
        _vocabulary = [.. vocabulary];
        var ids = new Dictionary<string, int>(_vocabulary.Length, StringComparer.Ordinal);
        for (var id = 0; id < _vocabulary.Length; id++)
        {
            var word = _vocabulary[id];
            if (word != LineEnd && (word.Length == 0 || word.Any(char.IsWhiteSpace)))
            {
                throw new ArgumentException(
                    $"vocabulary: token {id}, '{word}', is not a word: it is empty or has white space.");
            }

            if (!ids.TryAdd(word, id))
                throw new ArgumentException($"vocabulary: '{word}' appears twice, as {ids[word]} and as {id}.");
        }

        if (!ids.ContainsKey(LineEnd))
            throw new ArgumentException("vocabulary: the line end, '\\n', has no token.");
        UnknownToken = ids.TryGetValue(UnknownWord, out var unknown)
            ? unknown
            : throw new ArgumentException(
                $"vocabulary: '{UnknownWord}', as which unknown words are read, has no token.");
        _ids = ids.GetAlternateLookup<ReadOnlySpan<char>>();
        _bytes = Array.ConvertAll(_vocabulary, word => Encoding.UTF8.GetBytes(' ' + word));
    }

    public override string Kind => "words";

    public override int VocabularySize => _vocabulary.Length;

    /// <summary>Default size of a vocabulary; rarer words are read as unknown.</summary>
    public const int DefaultVocabularySize = 50_000;

    /// <summary>Id of <see cref="UnknownWord"/>.</summary>
    public int UnknownToken { get; }

    /// <summary>The tokens by id.</summary>
    internal IReadOnlyList<string> Vocabulary => _vocabulary;

    /// <summary>
    /// A tokenizer for the most frequent words of a text. Ids: the line end, the unknown word, then words
    /// by falling frequency; equally frequent ones in ordinal order.
    /// </summary>
    /// <param name="pieces">The corpus, cut anywhere between two characters.</param>
    /// <param name="vocabularySize">
    /// Tokens at most, line end and unknown word among them; at least <see cref="LeastVocabularySize"/>.
    /// </param>
    /// <exception cref="ArgumentException">The text has no words.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="vocabularySize"/> is too small.</exception>
    public static WordTokenizer FromCorpus(IEnumerable<string> pieces, int vocabularySize)
    {
        ArgumentNullException.ThrowIfNull(pieces);
        ArgumentOutOfRangeException.ThrowIfLessThan(vocabularySize, LeastVocabularySize);
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        var lookup = counts.GetAlternateLookup<ReadOnlySpan<char>>();
        foreach (var text in TextPieces.Cut(pieces, TextPieces.BeforeWhiteSpace))
        {
            var rest = WellFormed(text).AsSpan();
            while (TryTake(ref rest, out var token))
                CollectionsMarshal.GetValueRefOrAddDefault(lookup, token, out _)++;
        }

        counts.Remove(LineEnd);
        counts.Remove(UnknownWord);
        if (counts.Count == 0)
            throw new ArgumentException("The text has no words.", nameof(pieces));
        var words = counts
            .OrderByDescending(c => c.Value)
            .ThenBy(c => c.Key, StringComparer.Ordinal)
            .Select(c => c.Key);
        return new WordTokenizer([LineEnd, UnknownWord, .. words.Take(vocabularySize - 2)]);
    }

    /// <inheritdoc cref="FromCorpus(IEnumerable{string}, int)"/>
    public static WordTokenizer FromCorpus(string text, int vocabularySize)
    {
        ArgumentNullException.ThrowIfNull(text);
        return FromCorpus([text], vocabularySize);
    }

    private protected override int[] EncodeNormalized(string text)
    {
        var ids = new List<int>();
        var rest = WellFormed(text).AsSpan();
        while (TryTake(ref rest, out var token))
            ids.Add(_ids.TryGetValue(token, out var id) ? id : UnknownToken);
        return [.. ids];
    }

    /// <remarks>A word that has begun is open, and so is the space before one that has not.</remarks>
    internal override OpenText Open(string text)
    {
        var normalized = WellFormed(Normalize(text));
        var start = normalized.Length;
        while (start > 0 && !char.IsWhiteSpace(normalized[start - 1]))
            start--;
        return new(EncodeNormalized(normalized[..start]), Encoding.UTF8.GetBytes(' ' + normalized[start..]));
    }

    public override ReadOnlySpan<byte> TokenBytes(int id) => _bytes[CheckedId(id)];

    /// <summary>
    /// Takes the next word or line feed; other white space, including carriage returns, only separates.
    /// </summary>
    private static bool TryTake(ref ReadOnlySpan<char> rest, out ReadOnlySpan<char> token)
    {
        var start = 0;
        while (start < rest.Length && rest[start] != '\n' && char.IsWhiteSpace(rest[start]))
            start++;
        var end = start;
        while (end < rest.Length && !char.IsWhiteSpace(rest[end]))
            end++;

        // No word precedes what stopped the first loop, so it is a line feed.
        if (end == start && end < rest.Length)
            end++;
        token = rest[start..end];
        rest = rest[end..];
        return !token.IsEmpty;
    }
}
