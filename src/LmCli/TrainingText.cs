using System.Text;
using LmModel.Evaluation.Leaks;
using LmModel.Training;

namespace LmCli;

/// <summary>Text that a model was trained on, read from disk a piece at a time.</summary>
internal static class TrainingText
{
    private const int PieceLength = 1 << 16;

    /// <summary>Looks for the scored text in a file, or in every file of a folder that ends with .txt.</summary>
    /// <exception cref="CorpusException">There is no such text.</exception>
    public static LeakReport Search(string path, string scored, int window, CancellationToken cancellation)
    {
        var check = new LeakCheck(scored, window);
        var piece = new char[PieceLength];
        foreach (var file in FilesOf(path))
        {
            check.Begin(file == path ? Path.GetFileName(path) : Path.GetRelativePath(path, file));
            // A byte order mark is no part of the text, and a broken byte matches nothing.
            using var reader = new StreamReader(file, Encoding.UTF8);
            int read;
            while ((read = reader.ReadBlock(piece)) > 0)
            {
                cancellation.ThrowIfCancellationRequested();
                check.Read(piece.AsSpan(0, read));
            }
        }

        return check.Report();
    }

    private static string[] FilesOf(string path)
    {
        if (File.Exists(path))
        {
            return [path];
        }

        if (!Directory.Exists(path))
        {
            throw new CorpusException($"There is no file or folder {path}.");
        }

        var files = Directory.GetFiles(path, "*.txt", SearchOption.AllDirectories);
        Array.Sort(files, StringComparer.Ordinal);
        return files.Length > 0 ? files : throw new CorpusException($"The folder {path} has no .txt file.");
    }
}
