namespace LmModel.Audits;

/// <summary>The files of a model folder that show an audit to a reader.</summary>
internal static class AuditPages
{
    public const string MarkdownName = "AUDIT.md";

    private const string PlotPattern = "audit-*.svg";

    /// <summary>Name of the file with the plot of a curve.</summary>
    public static string PlotName(AuditSection section, AuditCurve curve) => $"audit-{section.Name}-{curve.Name}.svg";

    /// <summary>Removes the report and the plots, because their figures are no longer valid.</summary>
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

            How the model was audited and what was measured: [the audit]({MarkdownName}).

            """;
}
