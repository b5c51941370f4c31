using System.Text;

namespace LmModel.Tokenization;

/// <summary>Cuts a text that comes in pieces again, where a tokenizer's tokens do not cross the cut.</summary>
internal static class TextPieces
{
    /// <summary>UTF-16 units of the pieces that <see cref="Of"/> makes.</summary>
    public const int Length = 1 << 16;

    /// <summary>A text in pieces; no surrogate pair is cut.</summary>
    public static IEnumerable<string> Of(string text)
    {
        for (var start = 0; start < text.Length;)
        {
            var end = Math.Min(text.Length, start + Length);
            if (end < text.Length && char.IsLowSurrogate(text[end]))
                end++;
            yield return text[start..end];
            start = end;
        }
    }

    /// <param name="pieces">The text, cut anywhere between two characters.</param>
    /// <param name="lastCut">The last place where a text may be cut whatever follows it; 0 if there is none.</param>
    public static IEnumerable<string> Cut(IEnumerable<string> pieces, Func<string, int> lastCut)
    {
        var rest = new StringBuilder();
        var looked = 0;
        foreach (var piece in pieces)
        {
            rest.Append(piece);
            // The rest is searched again only when the text has doubled, so a text that cannot be cut also takes linear
            // time.
            if (rest.Length < 2 * looked)
            {
                continue;
            }

            var text = rest.ToString();
            var cut = lastCut(text);
            if (cut > 0)
            {
                rest.Remove(0, cut);
                yield return text[..cut];
            }

            looked = rest.Length;
        }

        if (rest.Length > 0)
            yield return rest.ToString();
    }

    /// <summary>The last place between something and the white space that follows it; 0 if there is none.</summary>
    public static int BeforeWhiteSpace(string text)
    {
        for (var i = text.Length - 1; i > 0; i--)
        {
            if (char.IsWhiteSpace(text[i]) && !char.IsWhiteSpace(text[i - 1]))
                return i;
        }

        return 0;
    }
}
