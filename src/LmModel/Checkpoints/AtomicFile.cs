namespace LmModel.Checkpoints;

/// <summary>
/// Writes a file so that a reader, or the machine after a power failure, finds either the old or the new content, never
/// a part of it. The content goes to a temporary file in the same folder (a rename across file systems would be a
/// copy), is flushed to disk, and replaces the file by a rename.
/// </summary>
internal static class AtomicFile
{
    /// <param name="path">The file to create or replace.</param>
    /// <param name="write">Writes the content. If it throws, the old file is kept and nothing else is left
    /// behind.</param>
    public static void Write(string path, Action<Stream> write) => Replace(path, temporary =>
    {
        using var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None);
        write(stream);
    });

    /// <summary>Like <see cref="Write"/>, for content that is written by code that needs a path.</summary>
    public static void Replace(string path, Action<string> write)
    {
        var full = Path.GetFullPath(path);
        var temporary = Path.Combine(
            Path.GetDirectoryName(full) ?? throw new ArgumentException($"{path} does not name a file.", nameof(path)),
            $".{Path.GetFileName(full)}.{Guid.NewGuid():n}.tmp");
        try
        {
            write(temporary);
            using (var stream = new FileStream(temporary, FileMode.Open, FileAccess.Write, FileShare.None))
            {
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, full, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }
}
