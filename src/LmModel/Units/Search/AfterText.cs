namespace LmModel.Units.Search;

/// <summary>Directly after a given character, token or word.</summary>
/// <param name="given">Not empty.</param>
internal sealed class AfterText(string given) : IFeature
{
    public string Name => $"after:{given}";

    public string Meaning(float cut) => $"directly after \"{given}\"";

    public float[] Values(string text)
    {
        var values = new float[text.Length];
        for (var at = 0; (at = text.IndexOf(given, at, StringComparison.Ordinal)) >= 0; at++)
        {
            values[at + given.Length - 1] = 1;
        }

        return values;
    }
}
