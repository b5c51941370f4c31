using System.Globalization;

namespace LmModel.Units.Search;

/// <summary>How many characters of the line have been read.</summary>
internal sealed class LinePosition : IFeature
{
    public string Name => "line_position";

    public bool IsNumber => true;

    public string Meaning(float cut) =>
        string.Create(CultureInfo.InvariantCulture, $"more than {cut:0} characters into the line");

    public float[] Values(string text)
    {
        var values = new float[text.Length];
        var position = 0;
        for (var i = 0; i < text.Length; i++)
        {
            position = text[i] == '\n' ? 0 : position + 1;
            values[i] = position;
        }

        return values;
    }
}
