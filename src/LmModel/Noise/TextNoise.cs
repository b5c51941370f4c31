using System.Text;
using LmModel.Numerics;
using LmModel.Tokenization;

namespace LmModel.Noise;

/// <summary>Changes a share of the places of a text that a kind of noise can change.</summary>
internal static class TextNoise
{
    /// <summary>The strengths at which noise is measured, from 1.</summary>
    public const int Strengths = 5;

    private static readonly double[] TypoShares = [0.01, 0.02, 0.05, 0.1, 0.2];
    private static readonly double[] SpaceShares = [0.02, 0.05, 0.1, 0.3, 1];

    private static readonly (string Plain, char Other)[] Forms =
        [("...", '…'), ("fi", 'ﬁ'), ("fl", 'ﬂ'), (" ", '\u00A0')];

    private static readonly string[] Keyboard = ["qwertyuiop", "asdfghjkl", "zxcvbnm"];
    private static readonly Lazy<UnicodeMappings> Canonical = new(() => UnicodeMappings.Load(compatibility: false));

    /// <summary>The share of places that a strength changes: of letters for typos, of words for case, of spaces, of
    /// quotes and dashes, and of everything that has another Unicode form.</summary>
    public static double Share(NoiseKind kind, int strength) => kind switch
    {
        NoiseKind.Typos => TypoShares[strength - 1],
        NoiseKind.Spaces => SpaceShares[strength - 1],
        NoiseKind.Case or NoiseKind.Quotes or NoiseKind.Unicode => strength / (double)Strengths,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "Unknown kind of noise."),
    };

    /// <param name="kind">What is done to the text.</param>
    /// <param name="text">The text.</param>
    /// <param name="share">The share of the places that are changed, 0 to 1.</param>
    /// <param name="random">Numbers in [0, 1), by index.</param>
    public static string Apply(NoiseKind kind, string text, double share, Func<int, double> random)
    {
        var output = new StringBuilder(text.Length);
        var (isUpper, isInWord, isChanged) = (false, false, false);
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (kind is NoiseKind.Case)
            {
                if (char.IsLetter(c) && !isInWord)
                {
                    (isChanged, isUpper) = (random(2 * i) < share, random((2 * i) + 1) < 0.5);
                }

                isInWord = char.IsLetter(c) || (isInWord && c is '\'' or '’');
                output.Append(!isChanged ? c : isUpper ? char.ToUpperInvariant(c) : char.ToLowerInvariant(c));
                continue;
            }

            if (random(2 * i) >= share)
            {
                output.Append(c);
                continue;
            }

            i += kind switch
            {
                NoiseKind.Typos => Misspell(text, i, random((2 * i) + 1), output),
                NoiseKind.Spaces => Leave(c, output),
                NoiseKind.Quotes => Requote(text, i, output),
                _ => Reform(text, i, output),
            };
        }

        return output.ToString();
    }

    /// <summary>A text with noise whose random numbers have a key of their own.</summary>
    /// <param name="kind">What is done to the text.</param>
    /// <param name="text">The text.</param>
    /// <param name="strength">From 1 to <see cref="Strengths"/>.</param>
    /// <param name="seed">The key.</param>
    /// <param name="stream">The use of the key, such as the number of a passage.</param>
    public static string Apply(NoiseKind kind, string text, int strength, long seed, long stream) =>
        Apply(kind, text, Share(kind, strength), i => Philox.Uniform(seed, stream, i));

    /// <returns>How many characters after this one were written too.</returns>
    private static int Misspell(string text, int at, double draw, StringBuilder output)
    {
        var c = text[at];
        if (!char.IsLetter(c))
        {
            output.Append(c);
            return 0;
        }

        switch ((int)(4 * draw))
        {
            case 0 when at + 1 < text.Length && char.IsLetter(text[at + 1]):
                output.Append(text[at + 1]).Append(c);
                return 1;
            case 1:
                return 0;
            case 2:
                output.Append(c).Append(c);
                return 0;
            default:
                output.Append(Neighbour(c, (4 * draw) % 1));
                return 0;
        }
    }

    /// <summary>The key to the left or to the right; the letter itself if it has no key.</summary>
    private static char Neighbour(char letter, double draw)
    {
        var lower = char.ToLowerInvariant(letter);
        var row = Keyboard.FirstOrDefault(keys => keys.Contains(lower));
        if (row is null)
        {
            return letter;
        }

        var key = row.IndexOf(lower);
        var neighbour = row[key == 0 ? 1 : key == row.Length - 1 ? key - 1 : draw < 0.5 ? key - 1 : key + 1];
        return char.IsUpper(letter) ? char.ToUpperInvariant(neighbour) : neighbour;
    }

    private static int Leave(char c, StringBuilder output)
    {
        if (c != ' ')
        {
            output.Append(c);
        }

        return 0;
    }

    private static int Requote(string text, int at, StringBuilder output)
    {
        var opens = at == 0 || char.IsWhiteSpace(text[at - 1]) || text[at - 1] is '(' or '-' or '—' or '"';
        if (text[at] == '-' && at + 1 < text.Length && text[at + 1] == '-')
        {
            output.Append('—');
            return 1;
        }

        output.Append(text[at] switch
        {
            '"' => opens ? '“' : '”',
            '\'' => opens ? '‘' : '’',
            '-' => '–',
            '“' or '”' => '"',
            '‘' or '’' => '\'',
            '–' or '—' => '-',
            var other => other,
        });
        return 0;
    }

    private static int Reform(string text, int at, StringBuilder output)
    {
        var rest = text.AsSpan(at);
        foreach (var (plain, other) in Forms)
        {
            if (rest.StartsWith(plain, StringComparison.Ordinal))
            {
                output.Append(other);
                return plain.Length - 1;
            }
        }

        if (!Rune.TryGetRuneAt(text, at, out var rune) || rune.Value < 0xC0)
        {
            output.Append(text[at]);
            return 0;
        }

        var parts = new List<(int Class, int Character)>();
        Canonical.Value.Decompose(rune.Value, parts);
        foreach (var (_, character) in parts)
        {
            output.Append(new Rune(character).ToString());
        }

        return rune.Utf16SequenceLength - 1;
    }
}
