using System.Text;

namespace LmModel.Tokenization;

/// <summary>Unicode normalization forms C and KC (UAX #15), of Unicode 15.1 on every machine.</summary>
/// <remarks>
/// <c>string.Normalize</c> uses ICU, and returns the text unchanged if globalization is invariant, as it is here. A
/// model must read the same tokens everywhere, so it has its own tables. A lone surrogate, which is not a character,
/// becomes U+FFFD, as all tokenizers read it.
/// </remarks>
internal sealed class UnicodeNormalizer
{
    private static readonly Lazy<UnicodeNormalizer> Canonical = new(() => new(compatibility: false));
    private static readonly Lazy<UnicodeNormalizer> Compatible = new(() => new(compatibility: true));

    private readonly UnicodeMappings _mappings;

    // A character below this is normalized and remains so, whatever follows it, unless that is above this.
    private readonly char _firstThatMatters;

    private UnicodeNormalizer(bool compatibility) =>
        (_mappings, _firstThatMatters) = (UnicodeMappings.Load(compatibility), compatibility ? '\u00A0' : '\u0300');

    /// <returns>Null if the text is not changed.</returns>
    public static UnicodeNormalizer? For(TextNormalization form) => form switch
    {
        TextNormalization.Nfc => Canonical.Value,
        TextNormalization.Nfkc => Compatible.Value,
        _ => null,
    };

    /// <summary>Time is n log n in the longest run of marks on one letter, otherwise linear.</summary>
    public string Normalize(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange(_firstThatMatters, char.MaxValue))
        {
            return text;
        }

        var output = new StringBuilder(text.Length);
        var segment = new List<(int Class, int Character)>();
        foreach (var rune in text.EnumerateRunes())
        {
            if (_mappings.CanCutBefore(rune.Value))
            {
                Compose(segment, output);
            }

            _mappings.Decompose(rune.Value, segment);
        }

        Compose(segment, output);
        return output.ToString();
    }

    /// <summary>
    /// The last place where a text may be cut so that its parts, normalized by themselves, give the whole; 0 for none.
    /// </summary>
    public int LastCut(string text)
    {
        for (var i = text.Length - 1; i > 0; i--)
        {
            if (StartsCharacter(text, i, out var character) && _mappings.CanCutBefore(character))
            {
                return i;
            }
        }

        return 0;
    }

    /// <summary>Where in a text the part begins that the normalized text has at a place.</summary>
    public int OriginalIndex(string text, int normalizedIndex)
    {
        var (start, normalized) = (0, 0);
        for (var i = 1; i < text.Length; i++)
        {
            if (StartsCharacter(text, i, out var character) && _mappings.CanCutBefore(character))
            {
                normalized += Normalize(text[start..i]).Length;
                if (normalized > normalizedIndex)
                {
                    break;
                }

                start = i;
            }
        }

        return start;
    }

    private static bool StartsCharacter(string text, int index, out int character)
    {
        var isSecondHalf = char.IsLowSurrogate(text[index]) && char.IsHighSurrogate(text[index - 1]);
        character = Rune.TryGetRuneAt(text, index, out var rune) ? rune.Value : Rune.ReplacementChar.Value;
        return !isSecondHalf;
    }

    /// <summary>Orders the marks of a decomposed segment, joins what joins, and empties it into the output.</summary>
    private void Compose(List<(int Class, int Character)> segment, StringBuilder output)
    {
        Order(segment);
        var (starter, lastClass, kept) = (-1, -1, 0);
        for (var i = 0; i < segment.Count; i++)
        {
            var (combiningClass, character) = segment[i];
            // A mark between the starter and another mark blocks it if its class is the same or higher.
            if (starter >= 0
                && lastClass < combiningClass
                && _mappings.Compose(segment[starter].Character, character) is { } composed)
            {
                segment[starter] = (0, composed);
                continue;
            }

            (starter, lastClass) = combiningClass == 0 ? (kept, -1) : (starter, combiningClass);
            segment[kept++] = (combiningClass, character);
        }

        for (var i = 0; i < kept; i++)
        {
            output.Append(new Rune(segment[i].Character).ToString());
        }

        segment.Clear();
    }

    /// <summary>Sorts each run of marks by class; marks of the same class keep their order.</summary>
    private static void Order(List<(int Class, int Character)> segment)
    {
        for (var start = 0; start < segment.Count; start++)
        {
            var end = start;
            while (end < segment.Count && segment[end].Class > 0)
            {
                end++;
            }

            if (end - start > 1)
            {
                var ordered = segment[start..end].OrderBy(c => c.Class).ToList();
                for (var i = 0; i < ordered.Count; i++)
                {
                    segment[start + i] = ordered[i];
                }
            }

            start = end;
        }
    }
}
