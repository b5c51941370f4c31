namespace LmModel.Corpora;

/// <summary>
/// Finds the text files of a folder. Every folder is entered once, however many symbolic links lead to it.
/// </summary>
internal sealed class CorpusFiles
{
    private readonly string _root;
    private readonly string _realRoot;
    private readonly List<(string Name, string Path)> _found = [];
    private readonly List<string> _skipped = [];

    // Real paths of the folders that have been entered.
    private readonly HashSet<string> _entered = new(StringComparer.Ordinal);

    // Followed after all folders that are really below the root, so that a file is named by its real location.
    private readonly Queue<string> _links = new();

    private readonly CancellationToken _cancellation;

    private CorpusFiles(string root, CancellationToken cancellation) =>
        (_root, _realRoot, _cancellation) = (root, RealPath(root), cancellation);

    /// <param name="folder">An existing folder.</param>
    /// <param name="cancellation">Stops the search between two entries.</param>
    /// <returns>
    /// All .txt files in the folder and its subfolders except hidden ones, with their paths relative to the folder as
    /// names, in ordinal order of the names; and the links that were not followed, because they lead to a folder that
    /// is read anyway or that contains this one.
    /// </returns>
    /// <exception cref="CorpusException">A folder cannot be read.</exception>
    public static (IReadOnlyList<(string Name, string Path)> Files, IReadOnlyList<string> SkippedLinks) In(
        string folder, CancellationToken cancellation)
    {
        try
        {
            var files = new CorpusFiles(folder, cancellation);
            files.Enter(folder, files._realRoot);
            while (files._links.TryDequeue(out var link))
            {
                files.Follow(link);
            }

            return ([.. files._found.OrderBy(f => f.Name, StringComparer.Ordinal)], files._skipped);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CorpusException($"{folder} cannot be read: {e.Message}", e);
        }
    }

    private void Follow(string link)
    {
        var target = RealPath(link);
        if (IsIn(_realRoot, target)
            || IsIn(RealPath(Path.GetDirectoryName(link)!), target)
            || _entered.Contains(target))
        {
            _skipped.Add(NameOf(link));
            return;
        }

        Enter(link, target);
    }

    private void Enter(string folder, string real)
    {
        var waiting = new Stack<(string Path, string Real)>([(folder, real)]);
        while (waiting.TryPop(out var next))
        {
            if (!_entered.Add(next.Real))
            {
                continue;
            }

            foreach (
                var entry in new DirectoryInfo(next.Path).EnumerateFileSystemInfos(
                    "*",
                    new EnumerationOptions { IgnoreInaccessible = false }
                ))
            {
                _cancellation.ThrowIfCancellationRequested();
                var path = Path.Combine(next.Path, entry.Name);
                switch (entry)
                {
                    case DirectoryInfo { LinkTarget: not null }:
                        _links.Enqueue(path);
                        break;
                    case DirectoryInfo:
                        waiting.Push((path, Path.Combine(next.Real, entry.Name)));
                        break;
                    case var _ when entry.Extension.Equals(".txt", StringComparison.OrdinalIgnoreCase):
                        _found.Add((NameOf(path), path));
                        break;
                }
            }
        }
    }

    private string NameOf(string path) => Path.GetRelativePath(_root, path).Replace(Path.DirectorySeparatorChar, '/');

    private static bool IsIn(string path, string folder) =>
        path == folder
        || path.StartsWith(
            Path.EndsInDirectorySeparator(folder) ? folder : folder + Path.DirectorySeparatorChar,
            StringComparison.Ordinal);

    /// <summary>The path with all symbolic links resolved.</summary>
    private static string RealPath(string path)
    {
        var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        if (Path.GetDirectoryName(full) is not { } parent)
        {
            return full;
        }

        var real = Path.Combine(RealPath(parent), Path.GetFileName(full));
        return Directory.ResolveLinkTarget(real, returnFinalTarget: true) is { } target
            ? RealPath(target.FullName)
            : real;
    }
}
