using LmModel.Checkpoints;
using LmModel.Files;

namespace LmCli.Train;

/// <summary>Where a command writes a model.</summary>
internal static class OutputFolder
{
    /// <summary>The folder that holds models, each in one of its own.</summary>
    private const string Models = "models";

    /// <summary>The folder of a training: that of <c>--out</c>, or one named for the text.</summary>
    /// <exception cref="ArgumentException">The name gives no folder, or the folder is that of all models.</exception>
    public static string Of(string? given, string text)
    {
        var whole = Path.GetFullPath(text);
        var name = Directory.Exists(text)
            ? Path.GetFileName(Path.TrimEndingDirectorySeparator(whole))
            : Path.GetFileNameWithoutExtension(whole);
        if (given is null && name.Trim('.', ' ').Length == 0)
        {
            throw new ArgumentException(
                $"The name of {ShellWord.Quote(text)} cannot name a folder for the model; give one with --out.");
        }

        var folder = given ?? Path.Combine(Models, name);
        if (folder.Length == 0
            || Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)) == Path.GetFullPath(Models))
        {
            throw new ArgumentException(
                $"--out {ShellWord.Quote(folder)} is the folder of all models; give a folder inside it, such as --out "
                    + $"{Models}/tales.");
        }

        return folder;
    }

    /// <summary>Refuses to write to a folder whose contents would be lost.</summary>
    /// <param name="folder">Where a model is to be written.</param>
    /// <param name="overwrite">Whether a model there may be replaced. Something else never is.</param>
    /// <param name="advice">What to do about a model that is there.</param>
    /// <exception cref="IOException">The folder is not empty.</exception>
    public static void RequireFree(string folder, bool overwrite, string advice)
    {
        if (File.Exists(folder))
        {
            throw new IOException($"{ShellWord.Quote(folder)} is a file, and a model is a folder; give another name.");
        }

        if (!Directory.Exists(folder) || !Directory.EnumerateFileSystemEntries(folder).Any())
        {
            return;
        }

        if (!IsModel(folder))
        {
            throw new IOException(
                $"{ShellWord.Quote(folder)} is not empty and does not hold a model; give another folder, or remove "
                    + "what is in it.");
        }

        if (!overwrite)
        {
            throw new IOException($"{ShellWord.Quote(folder)} is not empty. {advice}");
        }
    }

    /// <summary>It has weights, or a training was begun in it.</summary>
    private static bool IsModel(string folder) =>
        File.Exists(Path.Combine(folder, ModelFolder.WeightsName))
        || Directory.Exists(Path.Combine(folder, "training"));
}
