using LmCli.Plots;
using LmModel.Audits;
using LmModel.Checkpoints;

namespace LmCli.Audit;

/// <summary>Writes an audit into a model folder: for programs, for readers, and a link in the model card.</summary>
internal static class AuditPage
{
    public static void Save(ModelFolder folder, AuditReport report)
    {
        folder.SaveAudit(report);
        AuditPages.Delete(folder.Path);
        foreach (var (section, curve) in report.Sections.SelectMany(s => s.Curves.Select(c => (s, c))))
        {
            AuditPlot.Write(
                Path.Combine(folder.Path, AuditPages.PlotName(section, curve)), section.Title, curve);
        }

        var name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder.Path)));
        var page = AuditMarkdown.Of(name, report);
        AtomicFile.Write(
            Path.Combine(folder.Path, AuditPages.MarkdownName),
            stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(page)));
        if (folder.Card is { } card && AuditPages.Linked(card) is var linked && linked != card)
        {
            folder.SaveCard(linked);
        }
    }
}
