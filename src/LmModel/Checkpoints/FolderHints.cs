using System.Text.RegularExpressions;
using LmModel.Files;

namespace LmModel.Checkpoints;

/// <summary>Describes what was found where a model folder or its weights were expected.</summary>
internal static partial class FolderHints
{
    /// <summary>Maximum number of entries of a folder that are examined; a model folder has ten.</summary>
    private const int MostEntries = 1000;

    /// <summary>Why a path is not a model folder; null if it is a folder.</summary>
    public static string? OfPath(string path)
    {
        if (Directory.Exists(path))
        {
            return null;
        }

        if (!FolderFile.Exists(path))
        {
            return "there is no such folder";
        }

        var kind = Head(path) is { } head ? ForeignFile.Recognize(head, Path.GetFileName(path)) : null;
        return kind is null
            ? $"is a file; give the folder that it is in, {Path.GetDirectoryName(Path.GetFullPath(path))}"
            : $"is a file, not a model folder: it looks like {kind}";
    }

    /// <summary>
    /// What a folder without <c>model.safetensors</c> contains instead; null if the content is not recognized.
    /// </summary>
    public static string? OfMissingWeights(string folder)
    {
        var files = Directory
            .EnumerateFiles(folder)
            .Take(MostEntries)
            .Select(f => Path.GetFileName(f))
            .Order(StringComparer.Ordinal)
            .ToList();
        if (files.Exists(f => ShardName().IsMatch(f)))
        {
            return "the weights are in several files. Join them in Python: import glob; from safetensors.torch "
                + "import load_file, "
                + "save_file; save_file({n: t for f in glob.glob(\"*-of-*.safetensors\") for n, t in "
                + "load_file(f).items()}, "
                + $"\"{ModelFolder.WeightsName}\")";
        }

        if (files.Find(f => f.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase)) is { } other)
        {
            return $"there is {other}: if that is the model, rename it to {ModelFolder.WeightsName}";
        }

        foreach (var file in files)
        {
            if (Head(Path.Combine(folder, file)) is { } head && ForeignFile.Recognize(head, file) is { } kind)
            {
                return $"there is {file}, which looks like {kind}";
            }
        }

        if (File.Exists(Path.Combine(folder, "training", "last.safetensors")))
        {
            return "it has the state of a training that has not saved a model yet; resume the training";
        }

        var models = Directory
            .EnumerateDirectories(folder)
            .Take(MostEntries)
            .Where(d => File.Exists(Path.Combine(d, ModelFolder.WeightsName)))
            .Select(d => Path.GetFileName(d))
            .Order(StringComparer.Ordinal)
            .ToList();
        return models.Count > 0 ? $"it contains model folders; give one of them: {string.Join(", ", models)}" : null;
    }

    [GeneratedRegex("-of-\\d+\\.safetensors$")]
    private static partial Regex ShardName();

    /// <summary>The first bytes of a file; null if it cannot be read.</summary>
    private static byte[]? Head(string path)
    {
        try
        {
            using var stream = FolderFile.Open(path);
            var head = new byte[ForeignFile.HeadLength];
            return head[..stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false)];
        }
        catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
