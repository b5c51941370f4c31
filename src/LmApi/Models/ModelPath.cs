using LmModel.Checkpoints;

namespace LmApi.Models;

/// <summary>Finds the folder that <see cref="ModelOptions.Path"/> means.</summary>
internal static class ModelPath
{
    /// <exception cref="ModelFolderException">No such folder; the message says where it was looked for.</exception>
    public static string Resolve(string path, string contentRoot)
    {
        for (var from = new DirectoryInfo(contentRoot); from is not null; from = from.Parent)
        {
            var candidate = Path.GetFullPath(path, from.FullName);
            if (Directory.Exists(candidate))
            {
                return candidate;
            }
        }

        var where = Path.IsPathRooted(path) ? "" : $" in {contentRoot} or a folder above it";
        throw new ModelFolderException($"Model:Path is '{path}', but there is no such folder{where}.");
    }
}
