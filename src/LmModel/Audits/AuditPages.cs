namespace LmModel.Audits;

/// <summary>The files of a model folder that show an audit to a reader.</summary>
internal static class AuditPages
{
    public const string MarkdownName = "AUDIT.md";

    private const string PlotPattern = "audit-*.svg";

    /// <summary>Name of the file with the plot of a curve.</summary>
    public static string PlotName(AuditSection section, AuditCurve curve) => $"audit-{section.Name}-{curve.Name}.svg";

    /// <summary>Removes the report and the plots, which show what is measured no more.</summary>
    public static void Delete(string folder)
    {
        File.Delete(Path.Combine(folder, MarkdownName));
        foreach (var plot in Directory.GetFiles(folder, PlotPattern))
        {
            File.Delete(plot);
        }
    }

    /// <summary>A model card with a link to the report, once.</summary>
    public static string Linked(string card) => card.Contains($"]({MarkdownName})", StringComparison.Ordinal)
        ? card
        : $"""
            {card.TrimEnd('\n')}

            ## Audit

            What the model gives up of its training text, and what else was measured: [the audit]({MarkdownName}).

            """;
}
