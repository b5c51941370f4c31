using LmModel.Checkpoints;

namespace LmApi.Models;

/// <summary>Finds the folder that <see cref="ModelOptions.Path"/> refers to.</summary>
internal static class ModelPath
{
    /// <param name="path">Absolute, or relative to one of the folders below.</param>
    /// <param name="workingDirectory">Looked in first.</param>
    /// <param name="contentRoot">Looked in next, and then in every folder above it.</param>
    /// <exception cref="ModelFolderException">No such folder; the message says where it was looked for.</exception>
    public static string Resolve(string path, string workingDirectory, string contentRoot)
    {
        var candidates = AndAbove(contentRoot)
            .Prepend(workingDirectory)
            .Select(folder => Path.GetFullPath(path, folder))
            .ToList();
        // A file is refused by ModelFolder, which says what it is.
        var found = candidates.Find(Directory.Exists) ?? candidates.Find(File.Exists);
        if (found is not null)
        {
            return found;
        }

        var where = Path.IsPathRooted(path)
            ? ""
            : $" in {workingDirectory}, in {contentRoot} or in a folder above that";
        throw new ModelFolderException($"Model:Path is '{path}', but there is no such folder{where}.");
    }

    private static IEnumerable<string> AndAbove(string folder)
    {
        for (var from = new DirectoryInfo(folder); from is not null; from = from.Parent)
        {
            yield return from.FullName;
        }
    }
}
