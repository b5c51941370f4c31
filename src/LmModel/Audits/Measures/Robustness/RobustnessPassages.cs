using System.Text;
using LmModel.Noise;
using LmModel.Tokenization;

namespace LmModel.Audits.Measures.Robustness;

/// <summary>A place of a text: what comes before it, as long as wanted, and what follows.</summary>
/// <param name="Before">At least the longest prompt.</param>
/// <param name="Following">The tokens of the text that follows.</param>
/// <param name="Bytes">UTF-8 bytes of the text that follows, as the tokenizer reads it.</param>
internal sealed record RobustnessPassage(string Before, int[] Following, long Bytes)
{
    /// <summary>The last characters before the place, beginning anywhere in a word.</summary>
    public string Prompt(int characters) => Before[^characters..];
}

/// <summary>Cuts passages out of a text and corrupts their prompts.</summary>
internal static class RobustnessPassages
{
    /// <summary>Characters before each place: of the longest prompt.</summary>
    public const int Longest = 4000;

    /// <summary>Characters of a following text at most; it ends with a word.</summary>
    private const int FollowingCharacters = 100;

    private const long Seed = 1998;

    /// <summary>Passages at equal distances; the longest prompts overlap where the text is short.</summary>
    public static IReadOnlyList<RobustnessPassage> Of(string text, Tokenizer tokenizer, int count)
    {
        var passages = new List<RobustnessPassage>();
        var room = text.Length - Longest - (2 * FollowingCharacters);
        for (var i = 0; room > 0 && i < Math.Min(count, room / FollowingCharacters); i++)
        {
            // The place is before white space, where no tokenizer's token crosses it.
            var place = Longest + (int)((long)i * room / count);
            var cut = TextPieces.BeforeWhiteSpace(text[place..(place + FollowingCharacters)]);
            var following = text.Substring(place + cut, FollowingCharacters);
            var end = TextPieces.BeforeWhiteSpace(following);
            if (cut > 0 && end > 0)
            {
                var (tokens, _) = Encode(tokenizer, following[..end]);
                var bytes = Encoding.UTF8.GetByteCount(tokenizer.Normalize(following[..end]));
                passages.Add(new(text[(place + cut - Longest)..(place + cut)], tokens, bytes));
            }
        }

        return passages;
    }

    /// <summary>The prompt of passage <paramref name="index"/> with noise; the same in every audit.</summary>
    public static string Corrupt(string prompt, NoiseKind kind, int strength, int index) =>
        TextNoise.Apply(kind, prompt, strength, Seed, ((long)kind << 32) + index);

    /// <summary>The tokens of a text without the characters that the tokenizer refuses, and whether there are
    /// any.</summary>
    public static (int[] Tokens, bool Refused) Encode(Tokenizer tokenizer, string text)
    {
        try
        {
            return (tokenizer.Encode(text), false);
        }
        catch (UnknownCharacterException e)
        {
            var known = tokenizer.Normalize(text).EnumerateRunes().Where(rune => !e.Characters.Contains(rune));
            return (tokenizer.Encode(string.Concat(known)), true);
        }
    }
}
