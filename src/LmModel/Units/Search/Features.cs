namespace LmModel.Units.Search;

/// <summary>What is looked for.</summary>
internal static class Features
{
    /// <summary>What units are looked for after, where nothing else is asked for.</summary>
    public static readonly IReadOnlyList<string> DefaultAfter = [",", "."];

    /// <param name="after">Texts to look for units after; each once, none empty.</param>
    public static IReadOnlyList<IFeature> All(IEnumerable<string> after) =>
    [
        new InsideQuotes(),
        new LinePosition(),
        new WordPosition(),
        new CapitalizedName(),
        new BracketDepth(),
        .. after.Select(given => new AfterText(given)),
    ];
}
