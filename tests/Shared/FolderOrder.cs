using System.Text.RegularExpressions;

namespace LmService.Tests;

/// <summary>
/// The order of an assembly's folders: each may use those before it and none after it, so there is no circle.
/// </summary>
/// <param name="Root">Path of the sources below the repository; the assembly's namespace is its last part.</param>
/// <param name="Folders">From the lowest to the highest; "" is the root itself.</param>
internal sealed partial record FolderOrder(string Root, IReadOnlyList<string> Folders)
{
    private string Namespace => Path.GetFileName(Root);

    /// <summary>
    /// What a source file names in a <c>using</c> or in full although it is not below it in the order.
    /// </summary>
    public IEnumerable<string> Violations() =>
        from file in Files()
        let place = Place(Folder(file))
        from used in Used(file)
        where Place(used) > place
        select $"{Path.GetRelativePath(Repository.Root, file)} uses {Namespace}.{used}";

    /// <summary>Folders with sources that the order does not have.</summary>
    public IEnumerable<string> Missing() => Files().Select(Folder).Distinct().Except(Folders);

    private IEnumerable<string> Files() =>
        Directory.GetFiles(Path.Combine(Repository.Root, Root), "*.cs", SearchOption.AllDirectories)
            .Where(file => !GeneratedFolder().IsMatch(file));

    private string Folder(string file)
    {
        var folder = Path.GetRelativePath(Path.Combine(Repository.Root, Root), Path.GetDirectoryName(file)!);
        return folder == "." ? "" : folder.Replace(Path.DirectorySeparatorChar, '.');
    }

    private IEnumerable<string> Used(string file) =>
        Regex.Matches(File.ReadAllText(file), $@"(?<!///[^\n]*)\b{Namespace}((?:\.\w+)+)")
            .Select(match => $"{match.Groups[1].Value}.")
            .Select(name => Folders.Where(f => f.Length > 0 && name.StartsWith($".{f}.", StringComparison.Ordinal))
                .MaxBy(f => f.Length))
            .OfType<string>()
            .Distinct();

    private int Place(string folder) => Folders.ToList().IndexOf(folder);

    [GeneratedRegex(@"[/\\](obj|bin)[/\\]")]
    private static partial Regex GeneratedFolder();
}
