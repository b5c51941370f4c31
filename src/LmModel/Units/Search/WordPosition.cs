using System.Globalization;

namespace LmModel.Units.Search;

/// <summary>How many letters of the word have been read; 0 outside of words.</summary>
internal sealed class WordPosition : IFeature
{
    public string Name => "word_position";

    public bool IsNumber => true;

    public string Meaning(float cut) =>
        string.Create(CultureInfo.InvariantCulture, $"after more than {cut:0} letters of the word");

    public float[] Values(string text)
    {
        var values = new float[text.Length];
        var position = 0;
        for (var i = 0; i < text.Length; i++)
        {
            position = char.IsLetter(text[i]) ? position + 1 : 0;
            values[i] = position;
        }

        return values;
    }
}
