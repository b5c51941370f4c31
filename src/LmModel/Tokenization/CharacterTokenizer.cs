using System.Text;

namespace LmModel.Tokenization;

/// <summary>
/// One token per character. A character is a Unicode scalar value (a <see cref="Rune"/>), never half a surrogate pair.
/// </summary>
/// <remarks>A lone surrogate, which is not a character, is read as U+FFFD everywhere.</remarks>
internal sealed class CharacterTokenizer : Tokenizer
{
    private const int Unknown = -1;

    private readonly Rune[] _vocabulary;
    private readonly byte[][] _bytes;

    // Indexed by code point, up to the highest one of the vocabulary: one load per character. 0.5 MB if it has emoji.
    private readonly int[] _ids;

    private readonly int _replacementId = Unknown;

    /// <param name="vocabulary">The characters in the order of their ids; at least one, none twice.</param>
    /// <param name="unknown">What <see cref="Tokenizer.Encode(string)"/> does with other characters.</param>
    /// <param name="replacement">
    /// The character that stands for unknown ones: one of <paramref name="vocabulary"/> where the rule is
    /// <see cref="UnknownCharacterRule.Replace"/>, otherwise null.
    /// </param>
    /// <exception cref="ArgumentException">One of these conditions does not hold; the message says which.</exception>
    public CharacterTokenizer(
        IReadOnlyList<Rune> vocabulary,
        UnknownCharacterRule unknown = UnknownCharacterRule.Error,
        Rune? replacement = null)
    {
        ArgumentNullException.ThrowIfNull(vocabulary);
        if (vocabulary.Count == 0)
            throw new ArgumentException("The vocabulary has no characters.", nameof(vocabulary));
        _vocabulary = [.. vocabulary];
        _ids = IndexByCodePoint(_vocabulary);
        _bytes = Array.ConvertAll(_vocabulary, Utf8);
        UnknownRule = unknown;
        Replacement = replacement;
        if (unknown == UnknownCharacterRule.Replace)
            _replacementId = ReplacementId(replacement);
        else if (replacement is not null)
            throw new ArgumentException($"The rule '{unknown}' does not take a replacement.", nameof(replacement));
    }

    public override string Kind => "characters";

    public override int VocabularySize => _vocabulary.Length;

    /// <summary>The characters in the order of their ids.</summary>
    public IReadOnlyList<Rune> Vocabulary => _vocabulary;

    /// <summary>
    /// What <see cref="Tokenizer.Encode(string)"/> does with a character outside of <see cref="Vocabulary"/>.
    /// </summary>
    public UnknownCharacterRule UnknownRule { get; }

    /// <summary>The character that stands for unknown ones; null unless the rule is to replace them.</summary>
    public Rune? Replacement { get; }

    /// <summary>
    /// A tokenizer for the distinct characters of <paramref name="text"/>, ids in the order of code points.
    /// </summary>
    /// <exception cref="ArgumentException">The text is empty, or has no <paramref name="replacement"/>.</exception>
    public static CharacterTokenizer FromCorpus(
        string text, UnknownCharacterRule unknown = UnknownCharacterRule.Error, Rune? replacement = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(text);
        return FromCorpus([text], unknown, replacement);
    }

    /// <summary>The same for a text in pieces, with one piece in memory at a time.</summary>
    /// <exception cref="ArgumentException">The text is empty, or has no <paramref name="replacement"/>.</exception>
    public static CharacterTokenizer FromCorpus(
        IEnumerable<string> pieces, UnknownCharacterRule unknown = UnknownCharacterRule.Error, Rune? replacement = null)
    {
        ArgumentNullException.ThrowIfNull(pieces);
        var seen = new bool[0x110000];
        foreach (var piece in pieces)
        {
            foreach (var rune in piece.EnumerateRunes())
                seen[rune.Value] = true;
        }

        var vocabulary = Enumerable.Range(0, seen.Length).Where(c => seen[c]).Select(c => new Rune(c)).ToArray();
        return new CharacterTokenizer(vocabulary, unknown, replacement);
    }

    private protected override int[] EncodeNormalized(string text)
    {
        var ids = new int[text.Length];
        var count = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            var id = IdOf(rune);
            if (id != Unknown)
                ids[count++] = id;
            else if (UnknownRule == UnknownCharacterRule.Replace)
                ids[count++] = _replacementId;
            else if (UnknownRule == UnknownCharacterRule.Error)
                throw UnknownIn(text);
        }

        return count == ids.Length ? ids : ids[..count];
    }

    internal override int LastCut(string text) => text.Length;

    public override ReadOnlySpan<byte> TokenBytes(int id) => _bytes[CheckedId(id)];

    private int IdOf(Rune rune) => (uint)rune.Value < (uint)_ids.Length ? _ids[rune.Value] : Unknown;

    private int ReplacementId(Rune? replacement)
    {
        if (replacement is not { } character)
        {
            throw new ArgumentException(
                "The rule to replace unknown characters needs a replacement.",
                nameof(replacement));
        }

        var id = IdOf(character);
        return id != Unknown
            ? id
            : throw new ArgumentException(
                $"The replacement U+{character.Value:X4} is not in the vocabulary.", nameof(replacement));
    }

    private UnknownCharacterException UnknownIn(string text)
    {
        var seen = new HashSet<Rune>();
        var unknown = new List<Rune>();
        var first = -1;
        for (var i = 0; i < text.Length;)
        {
            // Returns U+FFFD and a length of 1 for a lone surrogate.
            Rune.DecodeFromUtf16(text.AsSpan(i), out var rune, out var length);
            if (IdOf(rune) == Unknown && seen.Add(rune))
            {
                first = first < 0 ? i : first;
                unknown.Add(rune);
            }

            i += length;
        }

        return new UnknownCharacterException(unknown, first);
    }

    private static int[] IndexByCodePoint(Rune[] vocabulary)
    {
        var ids = new int[vocabulary.Max(r => r.Value) + 1];
        Array.Fill(ids, Unknown);
        for (var id = 0; id < vocabulary.Length; id++)
        {
            ref var slot = ref ids[vocabulary[id].Value];
            if (slot != Unknown)
            {
                throw new ArgumentException(
                    $"U+{vocabulary[id].Value:X4} appears in the vocabulary twice, as {slot} and as {id}.",
                    nameof(vocabulary));
            }

            slot = id;
        }

        return ids;
    }

    private static byte[] Utf8(Rune rune)
    {
        var bytes = new byte[rune.Utf8SequenceLength];
        rune.EncodeToUtf8(bytes);
        return bytes;
    }
}
