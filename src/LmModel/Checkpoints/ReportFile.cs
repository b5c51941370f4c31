using LmModel.Files;

namespace LmModel.Checkpoints;

/// <summary>A file of a model folder with what was measured on its weights; it may be absent.</summary>
/// <param name="name">Name of the file.</param>
/// <param name="what">What it holds.</param>
/// <param name="command">The command that measures it again.</param>
/// <param name="read">Reads the bytes of the file; null with problems added.</param>
/// <param name="write">Writes a report.</param>
internal sealed class ReportFile<T>(
    string name, string what, string command, ReportFile<T>.Reader read, Action<Stream, T> write)
    where T : class, IMeasuredReport
{
    public delegate T? Reader(ReadOnlySpan<byte> json, ProblemList problems);

    public string Name => name;

    /// <summary>A report on other weights is an error and is not ignored, because someone may rely on it.</summary>
    /// <param name="folder">The model folder.</param>
    /// <param name="weightsSha256">Hash of its weights; null if the report does not need to match any.</param>
    /// <param name="problems">Receives everything that is wrong.</param>
    /// <returns>Null if the file is absent or broken.</returns>
    public T? Read(string folder, string? weightsSha256, ProblemList problems)
    {
        T? report = null;
        if (FolderFile.Exists(Of(folder)))
        {
            problems.Attempt(name, () => report = ReadFile(Of(folder), weightsSha256, problems));
        }

        return report;
    }

    /// <summary>Replaces the file.</summary>
    /// <exception cref="ArgumentException">The report is invalid, or was measured for other weights; nothing was
    /// written.</exception>
    public void Write(string folder, string weightsSha256, T report)
    {
        var problems = new ProblemList();
        foreach (var problem in report.Problems())
        {
            problems.Add(problem);
        }

        if (report.WeightsSha256 != weightsSha256)
        {
            problems.Add(
                $"it was measured for weights with SHA-256 {report.WeightsSha256}, these have {weightsSha256}");
        }

        if (problems.Count > 0)
        {
            throw new ArgumentException(problems.Describe($"This {what} cannot be saved"));
        }

        AtomicFile.Write(Of(folder), stream => write(stream, report));
    }

    public void Delete(string folder) => File.Delete(Of(folder));

    private string Of(string folder) => Path.Combine(folder, name);

    private T? ReadFile(string path, string? weightsSha256, ProblemList problems)
    {
        var found = new ProblemList();
        var report = read(FolderFile.Read(path, ModelFolder.MaxSmallLength), found);
        if (report is not null && weightsSha256 is not null && report.WeightsSha256 != weightsSha256)
        {
            found.Add(
                $"measured for other weights, with SHA-256 {report.WeightsSha256}; these have {weightsSha256}: "
                    + $"run {command} again, or delete the file");
        }

        problems.AddAll(name, found);
        return report;
    }
}
