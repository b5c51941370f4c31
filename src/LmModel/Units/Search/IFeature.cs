namespace LmModel.Units.Search;

/// <summary>
/// Something nameable that every character of a text has or has not, or has to some degree. To look for another one,
/// write a class and add it to <see cref="Features"/>.
/// </summary>
internal interface IFeature
{
    /// <summary>Such as <c>quotes</c>.</summary>
    string Name { get; }

    /// <summary>
    /// Whether the values are numbers, of which those above the median are told from the others; otherwise 1 is told
    /// from 0.
    /// </summary>
    bool IsNumber => false;

    /// <summary>What the characters with values above <paramref name="cut"/> have in common.</summary>
    string Meaning(float cut);

    /// <returns>One for each character (UTF-16 unit) of the text.</returns>
    float[] Values(string text);
}
