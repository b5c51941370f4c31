using System.Globalization;

namespace LmModel.Tokenization;

/// <summary>
/// What Unicode says of single characters for normalization: <c>UnicodeNormalization.txt</c>, which
/// <c>tests/fixtures/unicode/make_normalization.py</c> writes, and the arithmetic of Hangul (The Unicode Standard,
/// section 3.12).
/// </summary>
internal sealed class UnicodeMappings
{
    private const int FirstSyllable = 0xAC00;
    private const int FirstLead = 0x1100;
    private const int FirstVowel = 0x1161;
    private const int BeforeTrail = 0x11A7;
    private const int Leads = 19;
    private const int Vowels = 21;
    private const int Trails = 28;

    private readonly Dictionary<int, (int Class, int[] Mapping)> _characters = [];
    private readonly Dictionary<(int First, int Second), int> _composed = [];
    private readonly HashSet<int> _seconds = [];

    /// <param name="compatibility">Also use compatibility mappings, not only canonical ones.</param>
    public static UnicodeMappings Load(bool compatibility)
    {
        var mappings = new UnicodeMappings();
        using var stream = typeof(UnicodeMappings).Assembly.GetManifestResourceStream("UnicodeNormalization.txt")!;
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
        {
            if (!line.StartsWith('#'))
            {
                mappings.Add(line.Split(';'), compatibility);
            }
        }

        return mappings;
    }

    /// <summary>
    /// Whether a text may be cut before this character: nothing that it consists of combines with what precedes it.
    /// </summary>
    public bool CanCutBefore(int character)
    {
        var first =
            _characters.TryGetValue(character, out var found) && found.Mapping.Length > 0
                ? FirstOf(character)
                : character;
        return ClassOf(first) == 0
            && !_seconds.Contains(first)
            && first
                is not (>= FirstVowel and < FirstVowel + Vowels)
                    and not (> BeforeTrail and < BeforeTrail + Trails);
    }

    /// <summary>Adds the characters that a character consists of, each with its canonical combining class.</summary>
    public void Decompose(int character, List<(int Class, int Character)> parts)
    {
        if (character - FirstSyllable is >= 0 and < Leads * Vowels * Trails and var syllable)
        {
            parts.Add((0, FirstLead + syllable / (Vowels * Trails)));
            parts.Add((0, FirstVowel + syllable / Trails % Vowels));
            if (syllable % Trails > 0)
            {
                parts.Add((0, BeforeTrail + syllable % Trails));
            }
        }
        else if (_characters.TryGetValue(character, out var found) && found.Mapping.Length > 0)
        {
            foreach (var part in found.Mapping)
            {
                Decompose(part, parts);
            }
        }
        else
        {
            parts.Add((found.Class, character));
        }
    }

    /// <returns>The character that two characters compose to; null if there is none.</returns>
    public int? Compose(int first, int second)
    {
        if (first - FirstLead is >= 0 and < Leads and var lead
            && second - FirstVowel is >= 0 and < Vowels and var vowel)
        {
            return FirstSyllable + (lead * Vowels + vowel) * Trails;
        }

        if (first - FirstSyllable is >= 0 and < Leads * Vowels * Trails and var syllable && syllable % Trails == 0
            && second - BeforeTrail is > 0 and < Trails and var trail)
        {
            return first + trail;
        }

        return _composed.TryGetValue((first, second), out var composed) ? composed : null;
    }

    private int ClassOf(int character) => _characters.TryGetValue(character, out var found) ? found.Class : 0;

    private int FirstOf(int character)
    {
        var parts = new List<(int Class, int Character)>();
        Decompose(character, parts);
        return parts[0].Character;
    }

    /// <param name="line">Code point; canonical combining class; mapping, which begins with &lt; or ! or
    /// neither.</param>
    /// <param name="compatibility">Keep mappings that begin with &lt;.</param>
    private void Add(string[] line, bool compatibility)
    {
        var character = Hexadecimal(line[0]);
        int[] mapping =
        [
            .. line[2].TrimStart('<', '!').Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Hexadecimal),
        ];
        var isCompatible = line[2].StartsWith('<');
        _characters.Add(
            character,
            (int.Parse(line[1], CultureInfo.InvariantCulture), isCompatible && !compatibility ? [] : mapping));
        if (mapping.Length == 2 && !isCompatible && !line[2].StartsWith('!'))
        {
            _composed.Add((mapping[0], mapping[1]), character);
            _seconds.Add(mapping[1]);
        }
    }

    private static int Hexadecimal(string text) =>
        int.Parse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
