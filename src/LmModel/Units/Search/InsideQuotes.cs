namespace LmModel.Units.Search;

/// <summary>Inside of double quotes: straight ones, curly ones or guillemets.</summary>
/// <remarks>
/// A straight quote closes if white space or punctuation follows it, so that a missing one does not invert the rest of
/// the text. Single quotes are not looked at, because most of them are apostrophes.
/// </remarks>
internal sealed class InsideQuotes : IFeature
{
    public string Name => "quotes";

    public string Meaning(float cut) => "inside of double quotes";

    public float[] Values(string text)
    {
        var values = new float[text.Length];
        var inside = false;
        for (var i = 0; i < text.Length; i++)
        {
            inside = text[i] switch
            {
                '“' or '«' => true,
                '”' or '»' => false,
                '"' => i + 1 < text.Length && !char.IsWhiteSpace(text[i + 1]) && !Follows(text[i + 1]),
                _ => inside,
            };
            values[i] = inside ? 1 : 0;
        }

        return values;
    }

    /// <summary>Punctuation that comes after a closing quote.</summary>
    private static bool Follows(char c) => c is ',' or '.' or ';' or ':' or '!' or '?' or ')' or ']' or '-' or '—';
}
