using System.Text;
using System.Text.Unicode;

namespace LmModel.Tokenization;

/// <summary>Maps text to token ids and back. Every token stands for a fixed sequence of UTF-8 bytes.</summary>
/// <remarks>Immutable and safe for use by several threads at once.</remarks>
internal abstract class Tokenizer
{
    // Marks a token that is not text by itself; it is compared by reference.
    private static readonly string NoText = new('\0', 1);

    // By id, filled as tokens are requested. Threads may race here; a lost value is computed again from the same bytes.
    private string?[]? _texts;

    private UnicodeNormalizer? _normalizer;
    private WordMemory? _words;

    /// <summary>
    /// The name used in <c>tokenizer.json</c>: <c>characters</c>, <c>bytes</c>, <c>bpe</c> or <c>words</c>.
    /// </summary>
    public abstract string Kind { get; }

    /// <summary>Number of tokens, V. Ids are 0 … V−1.</summary>
    public abstract int VocabularySize { get; }

    /// <summary>
    /// The form that a text is converted to before it is tokenized, in training, scoring and serving. The text of the
    /// tokens comes from the corpus, which was normalized too.
    /// </summary>
    public TextNormalization Normalization { get; private set; }

    /// <summary>Encodes single words, and remembers them.</summary>
    internal WordMemory Words => _words ??= new(this);

    /// <summary>The same tokenizer with another normalization before it.</summary>
    public Tokenizer With(TextNormalization normalization)
    {
        var copy = (Tokenizer)MemberwiseClone();
        (copy.Normalization, copy._normalizer) = (normalization, UnicodeNormalizer.For(normalization));
        copy._words = null;
        return copy;
    }

    /// <summary>The text as the tokenizer reads it.</summary>
    public string Normalize(string text) => _normalizer?.Normalize(text) ?? text;

    /// <summary>A text in pieces, normalized: what the tokenizer of a corpus is learned from.</summary>
    /// <param name="pieces">The text, cut anywhere between two characters.</param>
    /// <param name="normalization">The form.</param>
    public static IEnumerable<string> Normalize(IEnumerable<string> pieces, TextNormalization normalization) =>
        UnicodeNormalizer.For(normalization) is { } normalizer
            ? TextPieces.Cut(pieces, normalizer.LastCut).Select(normalizer.Normalize)
            : pieces;

    /// <summary>Splits <paramref name="text"/> into token ids.</summary>
    /// <exception cref="UnknownCharacterException">A character is not in the vocabulary and no rule maps
    /// it.</exception>
    public int[] Encode(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        try
        {
            return EncodeNormalized(Normalize(text));
        }
        catch (UnknownCharacterException e) when (_normalizer is not null)
        {
            throw new UnknownCharacterException(e.Characters, _normalizer.OriginalIndex(text, e.Index));
        }
    }

    /// <summary>Splits a text that is normalized into token ids.</summary>
    private protected abstract int[] EncodeNormalized(string text);

    /// <summary>The tokens of a text that comes in pieces, a few at a time: those of the text encoded whole.</summary>
    /// <param name="pieces">The text, cut anywhere between two characters.</param>
    /// <exception cref="UnknownCharacterException">
    /// As for a whole text; only the unknown characters near the first are named, at its index in the normalized text.
    /// </exception>
    public IEnumerable<int[]> Encode(IEnumerable<string> pieces)
    {
        ArgumentNullException.ThrowIfNull(pieces);
        var start = 0L;
        foreach (var piece in TextPieces.Cut(Normalize(pieces, Normalization), LastCut))
        {
            yield return EncodeAt(start, piece);
            start += piece.Length;
        }
    }

    /// <summary>
    /// Splits <paramref name="text"/> into token ids, those of <see cref="Encode(string)"/>, and can be cancelled.
    /// </summary>
    /// <exception cref="UnknownCharacterException">As for pieces.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled; noticed within some ten thousand
    /// characters.</exception>
    public int[] Encode(string text, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length <= TextPieces.Length)
            return Encode(text);
        var ids = new List<int>();
        foreach (var part in Encode(TextPieces.Of(text)))
        {
            cancellation.ThrowIfCancellationRequested();
            ids.AddRange(part);
        }

        return [.. ids];
    }

    /// <summary>
    /// The last place where <paramref name="text"/> may be cut so that its parts, encoded by themselves, give the
    /// tokens of the whole, whatever follows the text; 0 if there is none. Here: before white space that follows
    /// something else.
    /// </summary>
    internal virtual int LastCut(string text) => TextPieces.BeforeWhiteSpace(text);

    /// <summary>
    /// A text that is still being typed: tokens of its beginning that stand whatever is typed next, and the rest, which
    /// the next letters may cut differently.
    /// </summary>
    /// <exception cref="UnknownCharacterException">As for <see cref="Encode(string)"/>.</exception>
    internal virtual OpenText Open(string text)
    {
        var tokens = Encode(text);
        var normalized = WellFormed(Normalize(text));
        var cut = LastCut(normalized);
        if (cut == normalized.Length)
        {
            return new(tokens, []);
        }

        var open = Encoding.UTF8.GetBytes(normalized[cut..]);
        return open.Length <= OpenText.MostBytes
            ? new(EncodeNormalized(normalized[..cut]), open)
            : OpenText.Tail(this, tokens);
    }

    /// <summary>The UTF-8 bytes that token <paramref name="id"/> stands for; may end inside a character.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such token.</exception>
    public abstract ReadOnlySpan<byte> TokenBytes(int id);

    /// <summary>The text of <paramref name="ids"/>; bytes that are not valid UTF-8 become U+FFFD.</summary>
    /// <exception cref="ArgumentOutOfRangeException">One of them is not a token.</exception>
    public string Decode(ReadOnlySpan<int> ids)
    {
        var bytes = new List<byte>(ids.Length);
        foreach (var id in ids)
        {
            bytes.AddRange(TokenBytes(id));
        }

        return Encoding.UTF8.GetString([.. bytes]);
    }

    /// <summary>
    /// The text of token <paramref name="id"/>, always the same object; null if its bytes are not whole characters.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such token.</exception>
    internal string? WholeText(int id)
    {
        var texts = _texts ??= new string?[VocabularySize];
        var text = texts[CheckedId(id)] ??= Utf8.IsValid(TokenBytes(id))
            ? Encoding.UTF8.GetString(TokenBytes(id))
            : NoText;
        return ReferenceEquals(text, NoText) ? null : text;
    }

    /// <summary>The same text with U+FFFD for each lone surrogate, which is not a character and has no UTF-8.</summary>
    private protected static string WellFormed(string text)
    {
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune == Rune.ReplacementChar)
                return Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));
        }

        return text;
    }

    private int[] EncodeAt(long start, string piece)
    {
        try
        {
            return EncodeNormalized(piece);
        }
        catch (UnknownCharacterException e) when (start > 0)
        {
            throw new UnknownCharacterException(e.Characters, (int)Math.Min(int.MaxValue, start + e.Index));
        }
    }

    private protected int CheckedId(int id) =>
        (uint)id < (uint)VocabularySize
            ? id
            : throw new ArgumentOutOfRangeException(nameof(id), id, $"Token ids are 0 to {VocabularySize - 1}.");
}
