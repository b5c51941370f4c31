namespace LmService.Tests;

/// <summary>
/// Compares an answer with a committed file; <c>UPDATE_GOLDEN=1 dotnet test</c> writes the files again.
/// </summary>
internal static class Golden
{
    /// <param name="file">Path below <c>tests/</c>.</param>
    /// <param name="actual">What was answered.</param>
    public static void Matches(string file, string actual)
    {
        var path = Path.Combine(Repository.Root, "tests", file);
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, actual);
        }

        Assert.Equal(File.ReadAllText(path), actual);
    }

    /// <summary>
    /// Compares what stands between two comments of a document; <c>UPDATE_GOLDEN=1</c> writes it again.
    /// </summary>
    /// <param name="document">Path below the repository.</param>
    /// <param name="name">
    /// Of the comments <c>&lt;!-- begin: name --&gt;</c> and <c>&lt;!-- end: name --&gt;</c>.
    /// </param>
    /// <param name="actual">The lines that belong between them.</param>
    public static void SectionMatches(string document, string name, string actual)
    {
        var text = File.ReadAllText(Path.Combine(Repository.Root, document));
        var (begin, end) = ($"<!-- begin: {name} -->\n", $"<!-- end: {name} -->");
        var start = text.IndexOf(begin, StringComparison.Ordinal) + begin.Length;
        var stop = text.IndexOf(end, StringComparison.Ordinal);
        Assert.True(
            start >= begin.Length && stop >= start, $"{document} has no comments '{begin.Trim()}' and '{end}'.");
        Matches($"../{document}", $"{text[..start]}{actual.Trim()}\n{text[stop..]}");
    }
}
