namespace LmModel.Units.Search;

/// <summary>
/// In a capitalized word of at least two letters that does not begin a line, a sentence or a quotation.
/// </summary>
internal sealed class CapitalizedName : IFeature
{
    public string Name => "name";

    public string Meaning(float cut) => "in a capitalized word within a sentence";

    public float[] Values(string text)
    {
        var values = new float[text.Length];
        var mayBeName = false;
        for (var i = 0; i < text.Length;)
        {
            var end = i;
            while (end < text.Length && char.IsLetter(text[end]))
            {
                end++;
            }

            if (end > i)
            {
                values.AsSpan(i, end - i).Fill(mayBeName && end > i + 1 && char.IsUpper(text[i]) ? 1 : 0);
                mayBeName = true;
                i = end;
                continue;
            }

            mayBeName &= text[i] is ' ' or ',' or ';' or '-' or '\'' or '’' || char.IsDigit(text[i]);
            i++;
        }

        return values;
    }
}
