using System.Reflection;
using LmModel.Audits.Measures;
using LmModel.Corpora;

namespace LmModel.Audits.Running;

/// <summary>Runs an audit.</summary>
internal static class AuditRun
{
    /// <param name="subject">What is audited.</param>
    /// <param name="split">Its text.</param>
    /// <param name="measures">What to measure.</param>
    /// <param name="earlier">An audit of the same weights; what is not measured again is taken from it.</param>
    /// <param name="done">Learns of each section as soon as it is measured.</param>
    /// <param name="cancellation">Ends it.</param>
    public static async Task<AuditReport> MeasureAsync(
        AuditSubject subject,
        CorpusSplit split,
        IReadOnlyList<IAuditMeasure> measures,
        AuditReport? earlier,
        Action<AuditSection> done,
        CancellationToken cancellation)
    {
        var sections = new List<AuditSection>();
        foreach (var measure in measures)
        {
            cancellation.ThrowIfCancellationRequested();
            sections.Add(await measure.MeasureAsync(subject, cancellation));
            done(sections[^1]);
        }

        var kept = (earlier?.Sections ?? []).Where(section => sections.All(s => s.Name != section.Name));
        return new()
        {
            WeightsSha256 = subject.Folder.WeightsSha256,
            TrainingText = split.Corpus.Name,
            TrainingTextSha256 = split.Corpus.Sha256,
            HeldOut = HeldOut(subject, split),
            Quick = subject.Quick,
            Version = typeof(AuditRun).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!
                .InformationalVersion.Split('+')[0],
            Sections = [.. kept.Concat(sections).OrderBy(Place)],
        };
    }

    /// <summary>Whether an earlier audit measured the same: only then its sections stand beside new ones.</summary>
    public static bool Matches(AuditReport earlier, AuditSubject subject, CorpusSplit split) =>
        earlier.WeightsSha256 == subject.Folder.WeightsSha256
        && earlier.TrainingTextSha256 == split.Corpus.Sha256
        && earlier.HeldOut == HeldOut(subject, split)
        && earlier.Quick == subject.Quick;

    private static string HeldOut(AuditSubject subject, CorpusSplit split) =>
        subject.HeldOut is null ? "All of it was trained on." : split.Description;

    private static int Place(AuditSection section)
    {
        var place = AuditMeasures.All.Index().Where(m => m.Item.Name == section.Name).Select(m => m.Index);
        return place.FirstOrDefault(AuditMeasures.All.Count);
    }
}
