using System.Globalization;

namespace LmModel.Units.Search;

/// <summary>How many brackets are open. An empty line closes all, in case one was forgotten.</summary>
internal sealed class BracketDepth : IFeature
{
    public string Name => "bracket_depth";

    public bool IsNumber => true;

    public string Meaning(float cut) =>
        cut < 1 ? "inside of brackets" : string.Create(CultureInfo.InvariantCulture, $"inside of {cut + 1:0} brackets");

    public float[] Values(string text)
    {
        var values = new float[text.Length];
        var depth = 0;
        for (var i = 0; i < text.Length; i++)
        {
            depth = text[i] switch
            {
                '(' or '[' or '{' => depth + 1,
                ')' or ']' or '}' => Math.Max(0, depth - 1),
                '\n' when i > 0 && text[i - 1] == '\n' => 0,
                _ => depth,
            };
            values[i] = depth;
        }

        return values;
    }
}
